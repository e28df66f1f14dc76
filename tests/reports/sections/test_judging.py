"""The judge's part of both reports: there when there is a judge, plain about failures, and inert."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.files import write_json
from reports.pages.page import html, write_report
from reports.run_folder import read_run


def counts(asked: int, failed: dict[str, int], mean: float | None, n: int) -> dict[str, Any]:
    answered = asked - sum(failed.values())
    return {"asked": asked, "answered": answered, "failed": failed, "not_asked": 2, "mean": mean, "n": n}


FOUND = {
    "model": "m", "repeats": 2, "limit": None, "headline": False,
    "line": "the judge is secondary: kappa 0.41 on 60 marks, a kappa of 0.6 is needed",
    "metrics": {
        "judge_factual_correctness": {"base": counts(40, {"timeout": 3, "refusal": 1}, 0.125, 36),
                                      "rag": counts(40, {}, 0.5, 40)},
        "judge_faithfulness": {"rag": counts(40, {"timeout": 40}, None, 0)},
    },
    "noise": {"judge_factual_correctness": {"items": 36, "deviation": 0.0712, "agreement": 0.95},
              "judge_faithfulness": {"items": 0, "deviation": None, "agreement": None}},
    "agreement": {
        "judge_factual_correctness": {"n": 60, "agreement": 0.7, "kappa": 0.41, "low": 0.2, "high": 0.61, "reason": ""},
        "contains": {"n": 60, "agreement": 1.0, "kappa": None, "low": None, "high": None, "reason": "all say the same"},
    },
}  # fmt: skip


@pytest.fixture
def judged(make_run: Any) -> Path:
    run: Path = make_run(modes=("base", "rag"))
    write_json(run / "judge.json", FOUND)
    return run


def test_run_without_a_judge_says_nothing_about_one(make_run: Any) -> None:
    page = write_report(make_run())
    assert 'id="judge"' not in page.read_text() and "## Judge" not in page.with_suffix(".md").read_text()


@pytest.mark.parametrize("kind", [".html", ".md"])
def test_both_reports_give_means_noise_agreement_and_failures(judged: Path, kind: str) -> None:
    text = write_report(judged).with_suffix(kind).read_text(encoding="utf-8")
    for said in (
        "12.5 (36)", "50.0 (40)", "kappa 0.41 on 60 marks, a kappa of 0.6 is needed",
        "kappa 0.41 (95 % interval 0.20 to 0.61)", "no kappa, because all say the same",
        "standard deviation 0.071 within an item, 95 % of repeats give the same verdict (36 items)",
        "Of 126 judgements 44 failed: timeout 43, refusal 1.", "Of 126 judgements 6 are still to be asked.",
    ):  # fmt: skip
        assert said in text, said
    assert "Noise of faithfulness" not in text


def test_counts_by_status_are_in_the_page(judged: Path) -> None:
    assert "timeout 3, refusal 1" in write_report(judged).read_text(encoding="utf-8")


def test_names_from_the_judge_are_inert(judged: Path, hostile_text: str) -> None:
    write_json(judged / "judge.json", FOUND | {"model": hostile_text, "line": hostile_text})
    page = html(read_run(judged))
    part = page[page.index('<section id="judge">') : page.index('<section id="questions">')]
    assert "alert(1)" in part and "<script" not in part and "<img" not in part


def test_damaged_file_is_named(judged: Path) -> None:
    (judged / "judge.json").write_text("[1,")
    with pytest.raises(UserError, match=r"judge\.json"):
        write_report(judged)
