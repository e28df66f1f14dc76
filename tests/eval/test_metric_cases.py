"""Cases of scoring with the verdict of a person, by kind: `match` agrees with most of them, and with all guards."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from eval.metrics.knowledge import METRICS

CASES = Path(__file__).parents[1] / "cases"
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
