"""Judging a run folder over real HTTP: counted, kept, resumed, shared, promoted."""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.config import DatasetConfig
from eval.judge.collate import add_judge, judge_items
from eval.judge.items import AXIS
from eval.judge.judgements import read_kept
from eval.judge.settings import JudgeSettings
from eval.pipeline.run_config import RunConfig
from eval.records import Example, Passage, Prediction, Score, write_records

pytestmark = pytest.mark.component

CONFIG = RunConfig(
    dataset_path="harbours",
    dataset=DatasetConfig.model_validate(
        {
            "name": "harbours",
            "instruction": "Be brief.",
            "refusal": "not on file",
            "knowledge": {"metric": "contains", "answer": "$.answer"},
        }
    ),
)
MODES = ("base", "rag", "hybrid")
EXAMPLES = [Example(f"q{i}", f"How many berths in {i}?", (f"{20 + i}",), group=f"g{i}") for i in range(3)]
EXAMPLES.append(Example("none", "Who owns it?", group="owner", answerable=False))


@pytest.fixture(autouse=True, scope="module")
def one_embedder() -> Iterator[None]:
    """The real embedder, loaded once for all tests."""
    import rag.embed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rag.embed, "load_embedder", functools.cache(rag.embed.load_embedder))
        yield


def write_run(run: Path) -> None:
    """base always says 21, rag and hybrid read the passage, which is the same for both; q0 of hybrid is empty."""
    for mode in MODES:
        rows = []
        for i, e in enumerate(EXAMPLES):
            said = "" if (mode, i) == ("hybrid", 0) else f"{21 if mode == 'base' else 20 + i}"
            passages = () if mode == "base" else (Passage("a.md", f"It has {20 + i} berths.", 0.5, 0),)
            rows.append(Prediction(e.id, json.dumps({"answer": said}), passages))
        write_records(run / "predictions" / f"{mode}.jsonl", rows)


def ask(url: str, run: Path, *, limit: int | None = None, **options: Any) -> None:
    from eval.judge.ask import ask_judge

    settings = JudgeSettings(url, "m", limit=limit, **options)
    items = judge_items(CONFIG, EXAMPLES, run, MODES, model="m", limit=limit)
    ask_judge(settings, items, run, CONFIG.embedder)


def own_scores() -> list[Score]:
    """The primary scores of our metric, all wrong."""
    return [
        Score(e.id, e.group, mode, "knowledge", "contains", True, 0.0)
        for mode in MODES for e in EXAMPLES if e.answerable
    ]  # fmt: skip


def collate(run: Path) -> tuple[dict[tuple[str, str, str], Score], dict[str, Any]]:
    """(metric, mode, example id) -> score, and judge.json."""
    scores, _ = add_judge(own_scores(), CONFIG, EXAMPLES, run, MODES)
    judged = {(s.metric, s.mode, s.example_id): s for s in scores if s.metric.startswith("judge_")}
    return judged, json.loads((run / "judge.json").read_text(encoding="utf-8"))


def test_every_metric_is_scored_where_it_applies(judge: Any, tmp_path: Path) -> None:
    write_run(tmp_path)
    ask(judge.url, tmp_path)
    scores, found = collate(tmp_path)
    facts = {(m, e): s.value for (metric, m, e), s in scores.items() if metric == "judge_factual_correctness"}
    assert facts == {
        ("base", "q0"): 0.0, ("base", "q1"): 1.0, ("base", "q2"): 0.0, ("rag", "q0"): 1.0, ("rag", "q1"): 1.0,
        ("rag", "q2"): 1.0, ("hybrid", "q0"): 0.0, ("hybrid", "q1"): 1.0, ("hybrid", "q2"): 1.0,
    }  # fmt: skip
    assert scores["judge_factual_correctness", "hybrid", "q0"].reason
    counted = Counter((metric, mode) for metric, mode, _ in scores)
    assert counted["judge_faithfulness", "base"] == 0
    assert counted["judge_faithfulness", "rag"] == 3 and counted["judge_faithfulness", "hybrid"] == 2
    assert counted["judge_context_recall", "hybrid"] == 3
    assert counted["judge_tone", "base"] == 4  # style counts on unanswerable questions too
    assert {s.axis for s in scores.values()} == {"knowledge", "style"}
    assert not any(s.primary for s in scores.values())
    assert all(0 <= s.value <= 1 for s in scores.values() if s.value is not None)
    assert list(found["metrics"]) == [f"judge_{metric}" for metric in AXIS]
    rag = found["metrics"]["judge_factual_correctness"]["rag"]
    assert rag == {"asked": 3, "answered": 3, "failed": {}, "not_asked": 0, "mean": 1.0, "n": 3}


def test_modes_with_the_same_passages_share_judgements_and_no_more_than_two_run_at_once(
    judge: Any, tmp_path: Path
) -> None:
    write_run(tmp_path)
    judge.answer = lambda prompt: 0.02
    ask(judge.url, tmp_path)
    assert sum("classifications" in a["messages"][0]["content"] for a in judge.asked) == 3  # not 6
    assert judge.busiest == 2


def test_second_run_asks_nothing(judge: Any, tmp_path: Path) -> None:
    write_run(tmp_path)
    ask(judge.url, tmp_path)
    before, scores = len(judge.asked), collate(tmp_path)
    ask(judge.url, tmp_path)
    assert len(judge.asked) == before
    assert collate(tmp_path) == scores


def test_changed_reply_is_judged_anew_and_the_rest_is_kept(judge: Any, tmp_path: Path) -> None:
    write_run(tmp_path)
    ask(judge.url, tmp_path)
    judge.asked.clear()
    file = tmp_path / "predictions" / "base.jsonl"
    file.write_text(
        file.read_text().replace('"q0", "text": "{\\"answer\\": \\"21', '"q0", "text": "{\\"answer\\": \\"sixty')
    )
    assert collate(tmp_path)[0]["judge_factual_correctness", "base", "q0"].reason == "not asked yet"
    ask(judge.url, tmp_path)
    assert collate(tmp_path)[0]["judge_factual_correctness", "base", "q0"].value == 0.0
    assert len(judge.asked) == 6  # correctness 4, relevancy 1, tone 1


def test_failures_are_counted_by_kind_and_only_passing_ones_asked_again(judge: Any, tmp_path: Path) -> None:
    write_run(tmp_path)
    kinds: list[Any] = ["I can't help with that.", 500, '{"feedback": "', "garbage"]

    def answer(prompt: str) -> Any:
        if "House style" not in prompt:
            return judge_good(prompt)
        number = next(i for i, e in enumerate(EXAMPLES) if e.question in prompt.rpartition("\ninput:")[2])
        return kinds[number]

    judge_good = judge.answer
    judge.answer = answer
    ask(judge.url, tmp_path)
    scores, found = collate(tmp_path)
    failed = {"http": 1, "invalid": 1, "refusal": 1, "truncated": 1}
    assert found["metrics"]["judge_tone"]["base"] == {
        "asked": 4, "answered": 0, "failed": failed, "not_asked": 0, "mean": None, "n": 0,
    }  # fmt: skip
    assert scores["judge_tone", "base", "q1"].value is None
    assert scores["judge_tone", "base", "q1"].reason == "http: HTTP 500"
    judge.asked.clear()
    judge.answer = judge_good
    ask(judge.url, tmp_path)
    assert len(judge.asked) == 1  # all modes say the same to q1, and the same reply is judged once
    failed.pop("http")
    assert collate(tmp_path)[1]["metrics"]["judge_tone"]["base"]["failed"] == failed


def test_dead_judge_costs_little_and_leaves_reasons(tmp_path: Path, judge: Any) -> None:
    write_run(tmp_path)
    judge.answer = lambda prompt: 404
    ask(judge.url, tmp_path)
    scores, found = collate(tmp_path)
    assert len(judge.asked) < 12
    assert {s.reason for s in scores.values() if s.value is None} == {
        "http: HTTP 404: no such path or model",
        "not asked yet",
    }
    tally = [c for by_mode in found["metrics"].values() for c in by_mode.values()]
    assert sum(c["not_asked"] for c in tally) > 0 and sum(c["answered"] for c in tally) == 0


def test_repeats_measure_noise_and_scores_are_their_mean(judge: Any, tmp_path: Path) -> None:
    write_run(tmp_path)
    turn = Counter[str]()

    def answer(prompt: str) -> Any:
        if "House style" not in prompt:
            return judge_good(prompt)
        turn[prompt] += 1
        return {"feedback": "", "score": 2 if turn[prompt] == 1 else 4}

    judge_good = judge.answer
    judge.answer = answer
    ask(judge.url, tmp_path, repeats=2)
    scores, found = collate(tmp_path)
    assert scores["judge_tone", "base", "q0"].value == 0.5  # mean of .25 and .75
    tone = found["noise"]["judge_tone"]
    assert tone["deviation"] == pytest.approx(0.5 / 2**0.5, abs=1e-4) and tone["agreement"] == 0.0
    # Five distinct items: base's wrong replies to q0 and q2, and the right ones to q0, q1 and q2.
    assert found["noise"]["judge_factual_correctness"] == {"items": 5, "deviation": 0.0, "agreement": 1.0}
    judge.asked.clear()
    ask(judge.url, tmp_path, repeats=3)
    assert 0 < len(judge.asked) < 60
    assert collate(tmp_path)[1]["metrics"]["judge_tone"]["base"]["asked"] == 12


def test_limit_takes_the_same_questions_in_every_mode(judge: Any, tmp_path: Path) -> None:
    write_run(tmp_path)
    ask(judge.url, tmp_path, limit=2)
    scores, _ = collate(tmp_path)
    by_mode = {mode: {e for metric, m, e in scores if (metric, m) == ("judge_tone", mode)} for mode in MODES}
    assert len(by_mode["base"]) == 2 and by_mode["base"] == by_mode["rag"] == by_mode["hybrid"]


def test_killed_judging_goes_on_where_it_stopped(judge: Any, tmp_path: Path, forks: Any) -> None:
    write_run(tmp_path)
    judge.answer = lambda prompt: 0.05
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); from test_ask import ask\n"
        "ask(sys.argv[2], Path(sys.argv[3]))\n"
    )
    process = forks.start(code, Path(__file__).parent, judge.url, tmp_path)
    while process.poll() is None and len(read_kept(tmp_path)) < 3:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    kept = read_kept(tmp_path)
    file = next((tmp_path / "judge").glob("*.jsonl"))
    with file.open("ab") as torn:
        torn.write(b'{"key": "half a li')
    asked = len(judge.asked)
    ask(judge.url, tmp_path)
    resumed = len(judge.asked) - asked
    assert read_kept(tmp_path).items() >= kept.items()
    scores = collate(tmp_path)[0]
    assert all(s.value is not None for s in scores.values())
    lines = [json.loads(x)["key"] for f in (tmp_path / "judge").glob("*.jsonl") for x in f.read_text().splitlines()]
    assert len(lines) == len(set(lines))
    other = tmp_path / "other"
    write_run(other)
    judge.asked.clear()
    ask(judge.url, other)
    assert collate(other)[0] == scores
    assert resumed < len(judge.asked)


def test_judge_of_a_whole_run_by_the_command(
    judge: Any, tiny_model: Path, tmp_path: Path, make_dataset: Callable[..., Path], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from eval.cli import main

    monkeypatch.setenv("OPENAI_API_KEY", "sk-never-stored")
    run = tmp_path / "run"
    arguments = ["evaluate", str(make_dataset()), "--model", str(tiny_model), "--out", str(run), "--mode", "rag"]
    monkeypatch.setattr(sys, "argv", [*arguments, "--judge", judge.url, "--judge-model", "m", "--judge-limit", "3"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code in (0, None)
    assert "the judge is secondary: 0 marks, 50 are needed" in capsys.readouterr().err
    first, asked = (run / "scores.jsonl").read_bytes(), len(judge.asked)
    assert b"judge_factual_correctness" in first and asked > 0
    assert (
        "Judge" in (run / "report.html").read_text() and "<summary>Judge</summary>" in (run / "report.md").read_text()
    )
    for file in (f for f in run.rglob("*") if f.is_file()):
        data = file.read_bytes()
        assert b"sk-never-stored" not in data and judge.url.encode() not in data, file
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit):
        main()
    assert (run / "scores.jsonl").read_bytes() == first  # kept judgements count without asking
    assert len(judge.asked) == asked
