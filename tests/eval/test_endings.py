"""How a reply ends: every way is told from the others, and nothing that repeats for a reason is ended early."""

from __future__ import annotations

import itertools

import pytest

from eval.endings import ENDLESS, Ending, Limits

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


def test_counting_up_is_no_repetition() -> None:
    assert written([t for i in range(1, 100) for t in (1000, 1001, i, 1002)]).finish == "length"
