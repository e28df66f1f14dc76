"""How a reply ends: every way is told from the others, and nothing that repeats for a reason is ended early."""

from __future__ import annotations

import itertools

import pytest

from eval.model.stopping import ENDLESS, Ending, Limits, repeats

STOP = 0


def written(tokens: list[int], limit: int = 256, room: int | None = None) -> Ending:
    """A reply that a model would write so, ended where it ends."""
    ending = Ending(Limits(limit), {STOP}, room=room)
    for token in tokens:
        if ending.add(token):
            break
    return ending


def test_a_reply_ends_with_its_stop_token_at_the_latest_possible_place() -> None:
    ending = written([*range(1, 8), STOP], limit=8)
    assert (ending.finish, ending.tokens) == ("stop", [*range(1, 8), STOP])


def test_a_reply_that_reaches_the_limit_is_cut() -> None:
    ending = written(list(range(1, 500)))
    assert (ending.finish, len(ending.tokens)) == ("length", 256)


def test_the_room_that_a_prompt_leaves_is_a_limit_too() -> None:
    assert len(written(list(range(1, 500)), room=30).tokens) == 30
    assert len(written(list(range(1, 500)), room=3000).tokens) == 256


def test_a_reply_that_has_not_ended_has_no_finish() -> None:
    assert written([1, 2, 3]).finish is None


@pytest.mark.parametrize("period", [1, 2, 7, 16])
def test_endless_repetition_ends_before_the_limit(period: int) -> None:
    tokens = list(itertools.islice(itertools.cycle(range(1, period + 1)), 1000))
    ending = written([90, 91, 92, *tokens], limit=1000)
    assert ending.finish == "loop"
    assert len(ending.tokens) <= 3 + max(ENDLESS.tokens, ENDLESS.periods * period) + 8


def test_a_loop_that_comes_to_the_limit_first_is_no_cut_reply() -> None:
    assert written(list(range(1, 41)) * 20).finish == "loop"  # 256 tokens hold 6 whole periods


LIKE_ROWS = "| M8 | zinc | 0 |\n" * 12


@pytest.mark.parametrize(
    "text",
    [
        "1" + "0" * 100,  # a googol in figures
        "ha " * 30,
        "-" * 120,
        "na na na na, hey hey, goodbye\n" * 7,
        '[{"ok": true}, {"ok": true}, {"ok": true}, {"ok": true}, {"ok": true}, {"ok": true}]',
        "\uadf8\ub9ac\uace0 " * 20,
        "    pass\n" * 12,
    ],
)
def test_what_repeats_for_a_reason_is_not_ended_even_by_a_token_a_character(text: str) -> None:
    assert written([*map(ord, text), STOP], limit=4096).finish == "stop"


def test_ten_like_rows_of_words_are_not_ended() -> None:
    pieces = LIKE_ROWS.replace("\n", " \n ").split(" ")
    assert written([*(1 + pieces.index(piece) for piece in pieces), STOP], limit=4096).finish == "stop"


def test_where_wanted_replies_repeat_themselves_nothing_is_a_loop() -> None:
    grid = [1, 2] * 100
    assert repeats([[1, 2, 3], grid])
    assert not repeats([[1, 2, 3], list(range(500))])
    ending = Ending(Limits(256, loops=False), {STOP})
    for token in [1, 2] * 200:
        if ending.add(token):
            break
    assert (ending.finish, len(ending.tokens)) == ("length", 256)


def test_counting_up_is_no_repetition() -> None:
    assert written([t for i in range(1, 100) for t in (1000, 1001, i, 1002)]).finish == "length"


def test_who_waits_for_a_reply_is_told_once_when_it_ends() -> None:
    ended: list[int] = []
    ending = Ending(Limits(8), {STOP})
    ending.on_end = lambda: ended.append(len(ending.tokens))
    for token in (5, 6, STOP):
        ending.add(token)
    assert ended == [3]
