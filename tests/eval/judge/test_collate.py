"""When the judge headlines, and what its agreement with people is measured on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from eval.analysis.human_marks import Mark, append_mark, reply_name
from eval.config import DatasetConfig, Knowledge
from eval.files import write_json
from eval.judge.agreement import Agreement
from eval.judge.collate import add_judge, judge_items
from eval.judge.items import choose_questions
from eval.judge.judge_gate import FACTS, promote
from eval.judge.judgements import Judgement, append
from eval.pipeline.run_config import RunConfig
from eval.records import Example, Prediction, Score, write_records

CONFIG = RunConfig(
    dataset_path="x",
    dataset=DatasetConfig(name="x", instruction="Be brief.", knowledge=Knowledge(metric="contains")),
)
MODES = ("base", "rag")
EXAMPLES = [Example(f"q{i}", f"What is {i}?", (str(i),), group=f"g{i}") for i in range(100)]


def own(mode: str, i: int) -> Score:
    return Score(f"q{i}", f"g{i}", mode, "knowledge", "contains", True, float(i % 2 == 0))


def judged(mode: str, i: int, value: float | None = 1.0) -> Score:
    return Score(f"q{i}", f"g{i}", mode, "knowledge", FACTS, False, value, "" if value is not None else "timeout: late")


def both(n: int = 3) -> list[Score]:
    style = Score("q0", "g0", "rag", "style", "all_checks", True, 1.0)
    return [style, *(f(m, i) for m in MODES for i in range(n) for f in (own, judged))]


def agreement(n: int, kappa: float | None) -> Agreement:
    return Agreement(n, 0.9, kappa, None, None)


@pytest.mark.parametrize(("n", "kappa"), [(50, 0.6), (200, 1.0)])
def test_judge_headlines_at_kappa_of_point_six_on_fifty_marks(n: int, kappa: float) -> None:
    scores, line = promote(both(), agreement(n, kappa))
    assert {(s.metric, s.primary) for s in scores} == {(FACTS, True), ("contains", False), ("all_checks", True)}
    assert "is the knowledge score" in line and f"{kappa:.2f} on {n} marks" in line
    assert [(s.example_id, s.mode, s.value) for s in scores] == [(s.example_id, s.mode, s.value) for s in both()]


@pytest.mark.parametrize(("n", "kappa"), [(49, 1.0), (50, 0.599), (500, 0.2), (500, None), (0, None)])
def test_below_it_stays_secondary_and_says_so(n: int, kappa: float | None) -> None:
    scores, line = promote(both(), agreement(n, kappa))
    assert scores == both()
    assert line.startswith("the judge is secondary")
    assert promote(both(), None) == (both(), promote(both(), None)[1])


def test_partly_judged_run_is_not_promoted() -> None:
    some = [replace(s, value=None, reason="timeout: late") if s == judged("rag", 1) else s for s in both()]
    for lacking in (some, [s for s in both() if s != judged("rag", 1)]):
        scores, line = promote(lacking, agreement(60, 0.9))
        assert scores == lacking and "1 of 6 replies are not judged" in line


def test_without_a_judge_nothing_changes() -> None:
    assert promote([own("base", 0)], agreement(60, 0.9)) == ([own("base", 0)], "")


def write_run(run: Path, judge_says: Mapping[int, float]) -> list[Score]:
    """A run in which the reply to q_i is `i` and the judge has scored each; returns the scores of our metric."""
    for mode in MODES:
        write_records(run / "predictions" / f"{mode}.jsonl", [Prediction(e.id, f"{mode} {e.id}") for e in EXAMPLES])
    write_json(run / "judge" / "settings.json", {"model": "m", "repeats": 1, "limit": None})
    for item in judge_items(CONFIG, EXAMPLES, run, MODES, model="m", limit=None):
        if item.metric == "factual_correctness":
            value = judge_says[int(item.example_id[1:])]
            append(run, item.mode, Judgement(item.key, 0, item.metric, item.example_id, value))
    return [own(mode, i) for mode in MODES for i in range(100)]


def mark(run: Path, mode: str, i: int, said: str) -> None:
    name = reply_name(Prediction(f"q{i}", f"{mode} q{i}"))
    append_mark(run, Mark(f"q{i}", mode, name, "knowledge", said, "ann"))


def test_marks_promote_a_judge_that_agrees_and_measure_a_metric_that_does_not(tmp_path: Path) -> None:
    """People and judge: right below 50. Our metric: right where even, so that it agrees by chance alone."""
    scores = write_run(tmp_path, {i: float(i < 50) for i in range(100)})
    for i in range(100):
        mark(tmp_path, "rag", i, "right" if i < 50 else "wrong")
    mark(tmp_path, "rag", 0, "cannot say")
    mark(tmp_path, "rag", 0, "right")  # the last mark counts
    found, line = add_judge(scores, CONFIG, EXAMPLES, tmp_path, MODES)
    kept = json.loads((tmp_path / "judge.json").read_text())
    assert kept["agreement"][FACTS] == {
        "n": 100, "agreement": 1.0, "kappa": 1.0, "low": 1.0, "high": 1.0, "reason": "",
    }  # fmt: skip
    assert kept["agreement"]["contains"]["kappa"] == 0.0
    assert kept["headline"] is True and kept["line"] == line
    assert {s.metric for s in found if s.primary} == {FACTS}
    again, _ = add_judge(scores, CONFIG, EXAMPLES, tmp_path, MODES)
    assert again == found


def test_oversampled_disputes_are_weighted_back(tmp_path: Path) -> None:
    """Judge and metric differ on 10 of 100 questions in each mode; the judge is right on those, both on the rest.

    Marked: all 20 disputes and 20 settled replies, half right and half wrong in each. Unweighted, the metric's
    agreement would be 20 / 40. The settled replies stand for 180: (180 + 0) / 200 = .9, by hand.
    """
    disputed = set(range(10))
    scores = write_run(tmp_path, {i: float((i % 2 == 0) != (i in disputed)) for i in range(100)})
    for mode in MODES:
        for i in range(20):
            mark(tmp_path, mode, i, "right" if (i % 2 == 0) != (i in disputed) else "wrong")
    add_judge(scores, CONFIG, EXAMPLES, tmp_path, MODES)
    kept = json.loads((tmp_path / "judge.json").read_text())["agreement"]
    assert kept["contains"]["n"] == 40 and kept["contains"]["agreement"] == 0.9
    assert kept["contains"]["kappa"] == pytest.approx(0.8)  # both margins are one half
    assert kept[FACTS]["kappa"] == 1.0


def test_marks_of_replaced_replies_are_left_out(tmp_path: Path) -> None:
    scores = write_run(tmp_path, dict.fromkeys(range(100), 1.0))
    append_mark(tmp_path, Mark("q1", "rag", "another reply", "knowledge", "right", "ann"))
    _, line = add_judge(scores, CONFIG, EXAMPLES, tmp_path, MODES)
    assert line.startswith("the judge is secondary: 0 marks")


def test_marks_alone_measure_our_metrics(tmp_path: Path) -> None:
    scores = write_run(tmp_path, dict.fromkeys(range(100), 1.0))
    (tmp_path / "judge" / "settings.json").unlink()
    for i in range(4):
        mark(tmp_path, "rag", i, "right" if i % 2 == 0 else "wrong")
    found, line = add_judge(scores, CONFIG, EXAMPLES, tmp_path, MODES)
    assert (found, line) == (scores, "")
    assert json.loads((tmp_path / "judge.json").read_text())["agreement"]["contains"]["kappa"] == 1.0


def test_run_without_judge_and_marks_has_no_file(tmp_path: Path) -> None:
    scores = write_run(tmp_path, dict.fromkeys(range(100), 1.0))
    (tmp_path / "judge" / "settings.json").unlink()
    (tmp_path / "judge.json").write_text("{}")
    assert add_judge(scores, CONFIG, EXAMPLES, tmp_path, MODES) == (scores, "")
    assert not (tmp_path / "judge.json").exists()


def test_question_choice_is_seeded_and_in_the_file_s_order() -> None:
    chosen = choose_questions(EXAMPLES, 10, 3)
    assert chosen == choose_questions(EXAMPLES, 10, 3) != choose_questions(EXAMPLES, 10, 4)
    assert [EXAMPLES.index(e) for e in chosen] == sorted(EXAMPLES.index(e) for e in chosen) and len(chosen) == 10
    assert choose_questions(EXAMPLES, None, 3) == EXAMPLES
