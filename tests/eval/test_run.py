"""The whole comparison on a tiny Llama, with the real embedder and Chroma: caching, resuming, parts, no network."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.arms.modes import MODES
from eval.cli import app
from eval.errors import UserError

pytestmark = pytest.mark.component

BLOCK_SOCKETS = (
    "import socket\n"
    "def refuse(*args, **kwargs):\n    raise OSError('a socket was opened')\n"
    "socket.socket.__init__ = socket.create_connection = socket.getaddrinfo = refuse\n"
)


def run_in_process(dataset: Path, model: Path, out: Path, modes: list[str] | None = None, **options: Any) -> Any:
    from eval.pipeline.plan import plan_run
    from eval.run import evaluate

    plan = plan_run(dataset, model=str(model), embedder="all-minilm-l6-v2", out=out, **options)
    return evaluate(plan, modes or [])


EVALUATE = "import sys\nfrom eval.cli import main\nsys.argv[0] = 'evaluate'\nmain()"


def texts(run: Path) -> dict[str, list[str]]:
    return {
        file.stem: [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines()]
        for file in sorted((run / "predictions").glob("*.jsonl"))
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, harbours: Any, forks: Any) -> tuple[Path, Path]:
    """A data set and its undisturbed run in all modes, with every socket blocked."""
    folder = tmp_path_factory.mktemp("whole")
    for name, content in harbours("harbours").items():
        file = folder / "harbours" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    options = ("--model", tiny_model, "--out", folder / "run")
    done = forks.run(BLOCK_SOCKETS + EVALUATE, folder / "harbours", *options, kept=folder)
    assert done.code == 0, done.err
    assert "harbours: " in done.out
    return folder / "harbours", folder / "run"


def test_whole_run_writes_what_the_contract_says(whole: tuple[Path, Path]) -> None:
    _, run = whole
    names = ["config.yaml", "environment.json", "scores.jsonl", "comparisons.json", "decision.json", "costs.json"]
    assert all((run / n).is_file() for n in [*names, "report.html", "report.md", "examples.jsonl"])
    assert set(texts(run)) == {m.name for m in MODES.values() if not m.on_request}
    assert all(len(t) == 8 for t in texts(run).values())
    assert not list(run.rglob("*.partial"))
    assert not list(run.rglob("*.checkpoint"))
    decision = json.loads((run / "decision.json").read_text(encoding="utf-8"))
    assert set(decision["axes"]) == {"knowledge", "style"}
    costs = {c["mode"]: c for c in json.loads((run / "costs.json").read_text(encoding="utf-8"))}
    assert costs["hybrid"]["train_tokens"] > 0 and costs["rag"]["train_tokens"] == 0
    assert costs["rag"]["index_seconds"] > 0 and costs["base"]["index_seconds"] == 0


def test_second_run_loads_no_model_and_changes_nothing(
    whole: tuple[Path, Path], tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, run = whole
    before = {p: p.read_bytes() for p in run.rglob("*.json*")}
    monkeypatch.setattr("eval.model.loading.load_base", lambda name: pytest.fail("a model was loaded"))
    run_in_process(dataset, tiny_model, run)
    assert {p: p.read_bytes() for p in run.rglob("*.json*")} == before


def test_decision_is_made_again_from_scores_and_config_alone(
    whole: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.verdict import decide

    _, run = whole
    for name in ("scores.jsonl", "config.yaml"):
        (tmp_path / name).write_bytes((run / name).read_bytes())
    monkeypatch.setattr(sys, "argv", ["decide", str(tmp_path)])
    decide.main()
    assert (tmp_path / "decision.json").read_bytes() == (run / "decision.json").read_bytes()


def test_one_mode_runs_with_the_control_and_the_rest_joins_later(
    whole: tuple[Path, Path], tiny_model: Path, tmp_path: Path
) -> None:
    dataset, run = whole
    out = tmp_path / "part"
    run_in_process(dataset, tiny_model, out, ["rag"])
    assert set(texts(out)) == {"base", "rag"}
    assert (out / "report.html").is_file()
    run_in_process(dataset, tiny_model, out, ["ft"])
    assert set(texts(out)) == {"base", "rag", "ft"}
    assert texts(out) == {m: t for m, t in texts(run).items() if m in ("base", "rag", "ft")}


def test_changed_instruction_makes_old_predictions_go(
    whole: tuple[Path, Path], tiny_model: Path, tmp_path: Path
) -> None:
    import shutil

    dataset, _ = whole
    changed = tmp_path / "harbours"
    shutil.copytree(dataset, changed)
    out = tmp_path / "out"
    run_in_process(changed, tiny_model, out, ["fewshot"])
    settings = changed / "dataset.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("one line", "one short line"), encoding="utf-8")
    run_in_process(changed, tiny_model, out, ["base"])
    assert set(texts(out)) == {"base"}


def test_limit_answers_that_many_questions(whole: tuple[Path, Path], tiny_model: Path, tmp_path: Path) -> None:
    run_in_process(whole[0], tiny_model, tmp_path / "out", ["base"], limit=3)
    assert len(texts(tmp_path / "out")["base"]) == 3


@pytest.mark.parametrize("moment", ["index/manifest.json", "adapters/.hybrid-*", "predictions/.rag.*"])
def test_killed_run_ends_with_the_same_texts(
    whole: tuple[Path, Path], tiny_model: Path, tmp_path: Path, forks: Any, moment: str
) -> None:
    dataset, run = whole
    out = tmp_path / "run"
    process = forks.start(EVALUATE, dataset, "--model", tiny_model, "--out", out)
    while process.poll() is None and not list(out.glob(moment)):
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (out / "decision.json").exists()
    run_in_process(dataset, tiny_model, out)
    assert texts(out) == texts(run)


def test_run_folder_in_use_is_refused(whole: tuple[Path, Path], tiny_model: Path) -> None:
    import fcntl

    dataset, run = whole
    with (run / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UserError, match="another command is at work"):
            run_in_process(dataset, tiny_model, run)


def test_run_folder_of_another_data_set_is_refused(
    whole: tuple[Path, Path], tiny_model: Path, make_dataset: Callable[..., Path]
) -> None:
    with pytest.raises(UserError, match="holds a run of 'harbours', not of 'lakes'"):
        run_in_process(make_dataset("lakes"), tiny_model, whole[1])


def test_bad_document_leaves_nothing_behind(
    tiny_model: Path, tmp_path: Path, make_dataset: Callable[..., Path], call: Callable[..., Any]
) -> None:
    dataset = make_dataset(**{"corpus/arvik.md": b"\xff bad"})
    done = call(app, dataset, "--model", tiny_model, "--out", tmp_path / "out")
    assert done.code == 2
    assert len(done.err.strip().splitlines()) == 1
    assert "arvik.md" in done.err
    assert not (tmp_path / "out").exists()


def test_data_set_without_corpus_offers_no_retrieval(
    tiny_model: Path, tmp_path: Path, make_dataset: Callable[..., Path]
) -> None:
    import shutil

    dataset = make_dataset()
    shutil.rmtree(dataset / "corpus")
    for split in ("train.jsonl", "test.jsonl"):
        rows = [json.loads(line) | {"documents": []} for line in (dataset / split).read_text().splitlines()]
        (dataset / split).write_text("".join(json.dumps(r) + "\n" for r in rows))
    settings = dataset / "dataset.yaml"
    settings.write_text(settings.read_text().replace("    - cites: documents\n", ""))
    with pytest.raises(UserError, match="has no corpus/"):
        run_in_process(dataset, tiny_model, tmp_path / "out", ["rag"])
    run_in_process(dataset, tiny_model, tmp_path / "out")
    assert set(texts(tmp_path / "out")) == {"base", "fewshot", "ft"}


def test_more_seeds_train_the_adapters_again_and_nothing_else(
    whole: tuple[Path, Path], tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, run = whole
    out = tmp_path / "seeds"
    run_in_process(dataset, tiny_model, out, ["fewshot", "ft"], seeds=2)
    again = {file.stem for file in (out / "seeds" / "1" / "predictions").glob("*.jsonl")}
    assert again == {"ft"}
    assert len(list((out / "adapters").iterdir())) == 2
    assert texts(out)["ft"] == texts(run)["ft"]  # the first seed is the one that a single run takes
    rows = [json.loads(line) for line in (out / "scores.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {(r["seed"], r["mode"]) for r in rows if r["axis"] == "knowledge"} == {
        (0, "base"), (0, "fewshot"), (0, "ft"), (1, "ft"),
    }  # fmt: skip
    means = [
        sum(values) / len(values)
        for k in (0, 1)
        if (values := [r["value"] for r in rows if r["axis"] == "style" and r["primary"]
                       and r["mode"] == "ft" and r["seed"] == k])
    ]  # fmt: skip
    decision = json.loads((out / "decision.json").read_text(encoding="utf-8"))
    assert decision["axes"]["style"]["ft"]["mean"] == pytest.approx(sum(means) / 2, abs=1e-4)
    monkeypatch.setattr("eval.model.loading.load_base", lambda name: pytest.fail("a model was loaded"))
    run_in_process(dataset, tiny_model, out, ["fewshot", "ft"], seeds=2)


def test_several_data_sets_end_in_one_portfolio(
    make_dataset: Callable[..., Path], tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    call: Callable[..., Any],
) -> None:  # fmt: skip
    """From the command alone: its last line names the page, which lies above both runs and leads into them."""
    sets = [make_dataset(name) for name in ("harbours", "moorings")]
    monkeypatch.chdir(tmp_path)
    done = call(app, *sets, "--model", tiny_model, "--mode", "fewshot", "--no-retention", "--quiet")
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1] == "portfolio: runs/portfolio.html"
    page = (tmp_path / "runs" / "portfolio.html").read_text(encoding="utf-8")
    assert 'href="harbours/report.html"' in page and 'href="moorings/report.html"' in page
