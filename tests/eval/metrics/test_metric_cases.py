"""Cases of scoring with the verdict of a person, by kind: `match` agrees with most of them, and with all guards."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from eval.config import Knowledge
from eval.metrics.knowledge.metric import METRICS, score_knowledge

CASES = Path(__file__).parents[2] / "cases"
_KINDS = (
    "code-sign code-suffix code-slip code-prefix-v unit-same range-bound percent decimal-comma order date-numeric "
    "scale-word time cjk-number number-word sign cjk-word bare-number cjk-digit-in-sentence ordinal invisible latex "
    "phone counter-ko single-letter spelling"
)
OF_QUANTITIES = _KINDS.split()


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()]


def agrees(case: dict[str, Any]) -> bool:
    return METRICS["match"](case["reply"], case["answers"], case["question"]) == float(case["right"])


def by_kind(cases: list[dict[str, Any]]) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        found[case["fault"]].append(agrees(case))
    return found


@pytest.mark.parametrize("kind", OF_QUANTITIES)
def test_quantities_codes_and_scripts_are_scored_as_people_do(kind: str) -> None:
    assert all(by_kind(read("metric_cases.jsonl"))[kind])


def test_what_was_scored_rightly_stays_so() -> None:
    wrong = [case for case in read("metric_guards.jsonl") if not agrees(case)]
    assert len(wrong) <= 3, wrong  # 0 of 689 when this was written


def test_quantities_and_codes_in_twelve_languages() -> None:
    kinds = by_kind(read("quantity_cases.jsonl"))
    short = {kind: f"{sum(said)}/{len(said)}" for kind, said in kinds.items() if sum(said) < 0.9 * len(said)}
    assert not short
    said = [right for kind in kinds.values() for right in kind]
    assert sum(said) >= 0.985 * len(said)  # 785 of 789 when this was written


def test_every_kind_in_several_languages() -> None:
    kinds = by_kind(read("spoken_cases.jsonl"))
    wrong = {kind: f"{sum(said)}/{len(said)}" for kind, said in kinds.items() if not all(said)}
    assert not wrong


def test_kinds_that_were_written_before_the_rules_for_them_in_eleven_languages() -> None:
    kinds: dict[str, list[bool]] = defaultdict(list)
    for case in read("eleven_language_cases.jsonl"):
        config = Knowledge(metric="match", answer=case.get("path"))
        value = score_knowledge(
            config, case["reply"], case["answers"], question=case["question"], language=case["lang"]
        )
        kinds[case["fault"]].append(value == float(case["right"]))
    said = [right for kind in kinds.values() for right in kind]
    assert sum(said) >= 0.98 * len(said)  # 514 of 520 when this was written
    assert not {kind: found for kind, found in kinds.items() if sum(found) < 0.6 * len(found) and len(found) > 2}


def test_what_is_said_of_others_denied_old_or_only_mentioned() -> None:
    cases = read("stance_cases.jsonl")
    wrong = [case for case in cases if not agrees(case)]
    assert len(wrong) <= 10, [(c["answers"], c["reply"]) for c in wrong]  # 317 of 327 when this was written
    assert all(by_kind(cases)["mention-behind-refusal"])


FORMS = {
    "sentence": "The answer is: {}.",
    "markdown": "**{}**",
    "code": "`{}`",
    "bullet": "- {}",
    "quoted": '"{}"',
    "footnote": "{}[1]",
    "prose": "I have looked into the papers.\nThe answer is {}.",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_verdict_does_not_move_with_the_form(form: str) -> None:
    cases = [case for case in read("quantity_cases.jsonl") if case["reply"].isascii() and len(case["reply"]) > 2]
    moved = [
        case
        for case in cases
        if case["right"]
        and agrees(case)
        and not agrees(case | {"reply": FORMS[form].format(case["reply"].rstrip("."))})
    ]
    assert len(moved) <= 0.02 * len(cases), [(c["answers"], c["reply"]) for c in moved]


UNITS_OF_LENGTH = {"mm": 1, "cm": 10, "m": 1000, "km": 1_000_000}


@pytest.mark.parametrize("value", [3, 12, 250, 1.5, 0.75])
def test_a_length_is_the_same_in_every_unit_and_another_never(value: float) -> None:
    for unit, size in UNITS_OF_LENGTH.items():
        for other, other_size in UNITS_OF_LENGTH.items():
            same = f"{value * size / other_size:.10g}"
            if "e" in same:
                continue
            assert METRICS["match"](f"{same} {other}", [f"{value} {unit}"], "How long is it?") == 1.0, (
                value,
                unit,
                same,
            )
            assert METRICS["match"](f"{value * 1.1 * size / other_size:.10f} {other}", [f"{value} {unit}"]) == 0.0


@pytest.mark.parametrize("metric", ["number", "match"])
def test_figures_in_sentences_and_calculations(metric: str) -> None:
    cases = [case for case in read("figure_cases.jsonl") if case["metric"] == metric]
    said = [METRICS[metric](c["reply"], c["answers"], c["question"]) == float(c["right"]) for c in cases]
    assert sum(said) >= 0.96 * len(said)  # 210 of 216 in all when this was written


NUMBERED = ("age", "any-year", "counted", "listed")


def test_number_takes_what_the_question_counts_lists_or_leaves_open() -> None:
    cases = [case for case in read("eleven_language_cases.jsonl") if case["fault"] in NUMBERED]
    assert len(cases) == 16
    for case in cases:
        assert METRICS["number"](case["reply"], case["answers"], case["question"]) == float(case["right"]), case


def test_the_tolerance_is_the_configured_one() -> None:
    strict = Knowledge.model_validate({"metric": "number", "tolerance": {"relative": 0.0, "round": False}})
    loose = Knowledge.model_validate({"metric": "number", "tolerance": {"relative": 0.05, "round": False}})
    for reply, expected in (("8.24 m", 1.0), ("8.2 m", 0.0), ("8.5 m", 0.0)):
        assert score_knowledge(strict, reply, ["8.24 m"]) == expected
    assert score_knowledge(loose, "8.5 m", ["8.24 m"]) == 1.0
    assert score_knowledge(Knowledge(metric="number"), "8.237 m", ["8.24 m"]) == 1.0
    assert score_knowledge(Knowledge(metric="number"), "1998", ["1999"]) == 0.0
