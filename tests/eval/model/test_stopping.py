"""How a reply ends: every way is told from the others, and nothing that repeats for a reason is ended early."""

from __future__ import annotations

import itertools

import pytest

from eval.model.stopping import ENDLESS, Ending, Limits, counts_on, goes_round, keeps_its_form, repeats

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


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["hall 5"] * 12, True),
        (["hall 5", "hall 9"] * 4, True),
        (["hall 5"] * 7, False),  # too few to tell
        ([f"hall {i}" for i in range(20)], False),
        ([f"hall {i // 2}" for i in range(20)], False),  # half of them new
    ],
)
def test_a_list_that_only_counts_on_is_a_loop_and_a_long_list_is_none(items: list[str], expected: bool) -> None:
    text = "".join(f"{i}. The pump is made in {item}.\n" for i, item in enumerate(items, 1)) + "99. The pump is"
    assert counts_on(text) is expected
    cut = written(list(range(1, 20)), limit=16)
    assert cut.finish == "length" and cut.ended(text) == ("loop" if expected else "length")
    assert written([1, 2, STOP]).ended(text) == "stop"


CLOSED = "The garden of {} is closed on {}.\n\n"
ROUND = "Gormere Wednesday,Gordale Thursday,Gordale Tuesday,Gordale Wednesday,Gormere Wednesday,Gordale Thursday,"
ROUND += "Gormere Wednesday,Gordale Thursday,Gordale Wednesday,Gormere Thursday,Gordale Wednesday,Gordale Thursday"
WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("".join(CLOSED.format(*pair.split()) for pair in ROUND.split(",")) + "The garden of Go", True),
        ("".join(CLOSED.format(f"Bel{i}", WEEK[i % 6]) for i in range(14)) + "The garden of", False),
        ("\u6b63\u9580\u306f\u6708\u66dc\u65e5\u306b\u9589\u307e\u308a\u307e\u3059\u3002" * 9, True),
        ("| M8 | zinc | 0 | 12 |\n" * 4 + "".join(f"| M{i} | zinc | 0 | 12 |\n" for i in range(6)), False),
        ("0\n1\n" * 60, False),  # short lines may be what was asked for
    ],
)
def test_sentences_that_come_again_in_another_order_are_a_loop(text: str, expected: bool) -> None:
    assert goes_round(text) is expected
    cut = written(list(range(1, 20)), limit=16)
    assert cut.finish == "length" and cut.ended(text) == ("loop" if expected else "length")


MILL = "Die M\u00fchle {} wurde im Jahr {} gebaut. P\u00e4chter ist {} {}. Ihr M\u00fchlrad wiegt {},{} Tonnen. "
PLACES = ["Neubach", "Altdorf", "Birkenau", "Brunnfeld", "Eichtal", "Falkenberg"]
MILLS = list(enumerate("\u7532\u4e59\u4e19\u4e01\u620a\u5df1\u5e9a\u8f9b"))
PROSE = (
    "Turn the main valve off. Wait until the pressure gauge reads zero. Loosen the four bolts of the cover by hand. "
    "Lift the cover and keep its gasket. Clean the seat with a dry cloth. Grease the new ring with two grams. "
    "Put the ring into its groove. Close the cover and tighten the bolts crosswise. Open the valve again slowly. "
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("".join(MILL.format(p, 1800 + 7 * i, "Anna", p, i, 9 - i) for i, p in enumerate(PLACES)), True),
        ("".join(MILL.format(p, 1800, "Anna", p, 2, 9) for p in PLACES[:2]), False),  # six sentences are too few
        ("".join(f"\u78e8\u574a{p}\u5efa\u4e8e{1800 + i}\u5e74\u7684\u6625\u5929\u3002" for i, p in MILLS), True),
        (PROSE, False),
    ],
)  # fmt: skip
def test_passages_recited_with_other_names_are_a_loop_where_short_replies_are_wanted(text: str, expected: bool) -> None:
    assert keeps_its_form(text) is expected
    assert Limits(256, forms=True).ended("length", text) == ("loop" if expected else "length")
    assert Limits(256).ended("length", text) == Limits(256, loops=False, forms=True).ended("length", text) == "length"
    assert Limits(256, forms=True).ended("stop", text) == "stop"


def test_who_waits_for_a_reply_is_told_once_when_it_ends() -> None:
    ended: list[int] = []
    ending = Ending(Limits(8), {STOP})
    ending.on_end = lambda: ended.append(len(ending.tokens))
    for token in (5, 6, STOP):
        ending.add(token)
    assert ended == [3]
