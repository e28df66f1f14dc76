from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eval.data.gates.sizes import constant_answer, groups, training_rows
from eval.data.gates.sizes import test_size as size_of_test

Make = Callable[..., Any]


def rows(n: int, **further: Any) -> list[tuple[Any, ...]]:
    return [(f"What is number {i}?", f"it is {i}", further) for i in range(n)]


def grouped(sizes: list[int]) -> list[tuple[Any, ...]]:
    names = [g for g, size in enumerate(sizes) for _ in range(size)]
    return [(f"What is number {i}?", f"it is {i}", {"group": f"g{g}"}) for i, g in enumerate(names)]


@pytest.mark.parametrize(("margin", "n", "warned"), [(0.05, 194, False), (0.05, 150, True), (0.1, 50, False)])
def test_a_test_split_is_held_against_twice_the_margin(material: Make, margin: float, n: int, warned: bool) -> None:
    found = list(size_of_test(material(test=rows(n), yaml=f"decision: {{margin: {margin}}}\n")))
    assert bool(found) is warned
    for finding in found:
        # (0.979982 + 0.841621 sqrt(0.25 - 0.1136^2))^2 / 0.1136^2 = 150
        assert finding.severity == "warning"
        assert "150 test questions can show a difference of 0.11 at the smallest" in finding.message
        assert "'decision.margin' 0.05 asks for 0.1: about 194 independent questions" in finding.message


def test_a_handful_of_questions_shows_nothing(material: Make) -> None:
    (finding,) = size_of_test(material(test=rows(3)))
    assert "3 test questions can give no verdict: it takes 20 independent groups" in finding.message


def test_rows_in_few_groups_are_no_questions(material: Make) -> None:
    """Sixty rows in twelve groups show nothing: it is groups that count."""
    (finding,) = size_of_test(material(test=grouped([5] * 12)))
    assert finding.severity == "warning"
    assert "60 test questions in 12 groups can give no verdict" in finding.message


def test_groups_of_unequal_size_count_by_what_they_weigh(material: Make) -> None:
    """(60 + 40)^2 / (60^2 + 40) = 2.7 of 41 groups."""
    (finding,) = size_of_test(material(test=grouped([60, *[1] * 40])))
    assert "100 test questions in 41 groups, which weigh as much as 3, can give no verdict" in finding.message


def test_many_rows_in_few_groups_are_a_note(material: Make) -> None:
    (finding,) = size_of_test(material(test=grouped([4] * 60)))
    assert finding.severity == "note"
    assert "240 test questions in 60 groups can show a difference of 0.18" in finding.message


def test_one_group_that_holds_much_of_the_test_is_named(material: Make) -> None:
    (finding,) = groups(material(test=grouped([30, *[1] * 70])))
    # (30 + 70)^2 / (900 + 70) = 10.3
    assert "group 'g0' holds 30 of 100 test rows (30 %); the 71 groups weigh as much as 10 equal" in finding.message


@pytest.mark.parametrize("sizes", [[1] * 5, [4] * 50, [1, 2, 3] * 20])
def test_ordinary_groups_are_not_flagged(material: Make, sizes: list[int]) -> None:
    assert not list(groups(material(test=grouped(sizes))))


def test_an_answer_that_would_score_by_itself_is_named(material: Make) -> None:
    data = material(test=[*[(f"Is {i} odd?", "Yes") for i in range(6)], ("Is it?", "no"), ("Why?", None)])
    (finding,) = constant_answer(data)
    assert "'yes' is right for 6 of 7 answerable test questions, so always saying it scores 0.86" in finding.message


def test_balanced_and_single_answers_are_not_flagged(material: Make) -> None:
    assert not list(constant_answer(material(test=[("Is it?", "yes"), ("Was it?", "no")])))


def test_few_training_rows_are_named(material: Make) -> None:
    (finding,) = training_rows(material(test=rows(1), train=[(f"Who is {i}?", f"Ann {i}") for i in range(49)]))
    assert finding.message.startswith("49 training rows;")


def test_fifty_training_rows_are_enough(material: Make) -> None:
    assert not list(training_rows(material(test=rows(1), train=[(f"Who is {i}?", f"Ann {i}") for i in range(50)])))


def test_equal_replies_teach_nothing(material: Make) -> None:
    train = [(f"Who is {i}?", "Ann") for i in range(50)]
    (finding,) = training_rows(material(test=rows(1), train=train))
    assert finding.message.startswith("all replies are the same")


def test_replies_out_of_style_are_named_with_the_check(material: Make) -> None:
    train = [(f"Who is {i}?", f"Ann {i}", {"reply": "Ann of course" if i in (3, 7) else "Ann"}) for i in range(50)]
    data = material(test=rows(1), train=train, yaml="style: {checks: [{words: {max: 2}}]}\n")
    (finding,) = training_rows(data)
    assert finding.where == f"{data.dataset.path}/train.jsonl:4"
    assert "2 of 50 training replies (4 %)" in finding.message
    assert "train.jsonl:4 (words: " in finding.message and "train.jsonl:8 (words: " in finding.message
