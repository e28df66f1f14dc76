"""Replies that say the same again, in text: lists that count on, sentences that go round, recited passages."""

from __future__ import annotations

import pytest

from eval.model.rambling import counts_on, goes_round, keeps_its_form, recites
from eval.model.stopping import Ending, Limits

STOP = 0


def written(tokens: list[int], limit: int = 256) -> Ending:
    """A reply that a model would write so, ended where it ends."""
    ending = Ending(Limits(limit), {STOP})
    for token in tokens:
        if ending.add(token):
            break
    return ending


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
    assert Limits(256, short=True).ended("length", text) == ("loop" if expected else "length")
    assert Limits(256).ended("length", text) == Limits(256, loops=False, short=True).ended("length", text) == "length"
    assert Limits(256, short=True).ended("stop", text) == "stop"


SEA = "The tide gauge of the old harbour was moved to the north pier after the storm of 1901 had taken its hut away. "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SEA + "So it is. " + SEA, True),
        (SEA + SEA.replace("1901", "1987"), True),
        (SEA + SEA[: len(SEA) // 2], False),  # 56 characters are too few to tell
        (" in ".join(str(year) for year in range(1998, 2040)), True),
        ("".join(f"{i}. {'NPQRSUTW'[i % 8]}.\n" for i in range(40)), True),
        ("".join(f"{'ABCDEFGH'[i % 8]}) {1186 + i}\n" for i in range(16)), True),
        ("".join(f"{'ABCDEFGH'[i % 8]}) {1186 + i}\n" for i in range(15)), False),
        ("".join(f"{i}. {chr(65 + i)}.\n" for i in range(26)), False),
        (PROSE, False),
    ],
)
def test_what_stands_in_a_reply_already_is_a_loop_at_its_end_where_short_replies_are_wanted(
    text: str, expected: bool
) -> None:
    assert recites(text) is expected
    assert Limits(256, short=True).ended("length", text) == ("loop" if expected else "length")
