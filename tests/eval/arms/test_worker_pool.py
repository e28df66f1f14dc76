"""Several processes answer as one does: the same files, also when one of them dies or the work is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component


@pytest.fixture
def data(make_dataset: Any, harbours: Any) -> Path:
    """A data set of 40 questions."""
    files = harbours("harbours")
    rows = [json.loads(line) for line in files["test.jsonl"].splitlines()]
    many = [
        r | {"id": f"{r['id']}-{k}", "group": f"{r['id']}-{k}", "question": f"{r['question']} {'Please. ' * k}"}
        for k in range(5)
        for r in rows
    ]
    found: Path = make_dataset(**{"test.jsonl": "".join(json.dumps(r) + "\n" for r in many)})
    return found


EVALUATE = "import eval.model.batching as b; b.MAX_ROWS = 4; from eval.cli import main; main()"


def replies(out: Path, mode: str) -> list[tuple[Any, ...]]:
    lines = (out / "predictions" / f"{mode}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [(r["id"], r["text"], r["tokens_in"], r["tokens_out"], r["finish"]) for r in rows]


def test_two_processes_write_what_one_writes_also_after_an_interruption(
    data: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forks: Any
) -> None:
    from eval.model import batching
    from eval.pipeline.plan import plan_run
    from eval.run import Options, evaluate

    alone, pair = tmp_path / "alone", tmp_path / "pair"
    monkeypatch.setattr(batching, "MAX_ROWS", 4)
    plan = plan_run(data, model=str(tiny_model), embedder="all-minilm-l6-v2", out=alone)
    evaluate(plan, ["ft"], Options(retention=False))
    command = (EVALUATE, data, "--mode", "ft", "--model", tiny_model, "--out", pair, "--no-retention")
    first = tmp_path / "first"
    started = forks.start(*command, errors=first, session=True, RAG_OR_FINETUNE_PROCESSES="2")
    journals, deadline = pair / "predictions", time.monotonic() + 300
    while not any(f.read_bytes().count(b"\n") > 2 for f in journals.glob(".base.*.partial")):
        assert started.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(started.pid, signal.SIGINT)
    assert started.wait(60) != 0
    said = first.read_text(encoding="utf-8")
    assert "answering on 2 processes" in said and "Traceback" not in said
    again = forks.run(*command, kept=tmp_path, RAG_OR_FINETUNE_PROCESSES="2")
    assert again.code == 0 and "answering on 2 processes" in again.err
    for mode in ("base", "ft"):
        assert replies(pair, mode) == replies(alone, mode)
        assert len(replies(pair, mode)) == 40


class Script:
    """A command for the team that stands in for a worker: it answers so many batches and then exits."""

    def __init__(self, batches: int) -> None:
        self.text = (
            "import json, sys\n"
            "sys.stdin.readline(); print(json.dumps({'ready': True}), flush=True); sys.stdin.readline()\n"
            f"for _ in range({batches}):\n"
            "    m = json.loads(sys.stdin.readline())\n"
            "    made = [dict(text=f'theirs {i}', tokens_in=1, tokens_out=1, seconds=0.0) for i in m['batch']]\n"
            "    print(json.dumps({'number': m['number'], 'made': made, 'seconds': 0.5}), flush=True)\n"
            "sys.stdin.readline(); sys.exit('the card has fallen off the bus')\n"
        )


def test_a_process_that_ends_gives_its_batch_back_and_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from eval.arms import worker_pool as team
    from eval.model.generate import Completion

    real = subprocess.Popen
    script = Script(2).text

    def fake(arguments: list[str], **how: Any) -> Any:
        return real([sys.executable, "-c", script], **how)

    monkeypatch.setattr(team.subprocess, "Popen", fake)
    batches = [[2 * k, 2 * k + 1] for k in range(12)]

    def own(some: Iterable[Sequence[int]]) -> Iterator[list[Completion]]:
        for batch in some:
            time.sleep(0.2)  # so that the other process gets some, too
            yield [Completion(f"mine {i}", 1, 1, 0.0) for i in batch]

    others = team.Team(["cpu"], {})
    try:
        time.sleep(1)
        done = {n: (made, s) for n, made, s in team.answer(batches, list(range(12)), own, others, {"task": 1})}
    finally:
        others.close()
    assert sorted(done) == list(range(12))
    for number, (made, _) in done.items():
        assert [c.text.split()[1] for c in made] == [str(i) for i in batches[number]]
    assert sum(made[0].text.startswith("theirs") for made, _ in done.values()) == 2
    said = capsys.readouterr().err
    assert said.count("the process on cpu ended (the card has fallen off the bus)") == 1
    assert others._members[0]._process.poll() is not None


def test_without_others_the_order_is_that_of_the_plan() -> None:
    from eval.arms.worker_pool import answer
    from eval.model.generate import Completion

    def own(some: Iterable[Sequence[int]]) -> Iterator[list[Completion]]:
        for batch in some:
            yield [Completion(str(i), 1, 1, 0.0) for i in batch]

    done = [(n, [c.text for c in made]) for n, made, _ in answer([[0, 1], [2], [3]], [0, 2], own)]
    assert done == [(0, ["0", "1"]), (2, ["3"])]


def test_other_cards_answer_unless_the_model_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from eval.arms import worker_pool as team
    from eval.model import device

    monkeypatch.delenv(team.PROCESSES, raising=False)
    monkeypatch.setattr(device, "cards", lambda: [torch.device("cuda", i) for i in range(4)])
    assert team.others(torch.device("cuda", 1), split=False) == ["0", "2", "3"]
    assert team.others(torch.device("cuda", 1), split=True) == []
    assert team.others(torch.device("cpu"), split=False) == []
    monkeypatch.setenv(team.PROCESSES, "2")
    assert team.others(torch.device("cuda", 0), split=False) == ["1"]
    assert team.others(torch.device("cpu"), split=False) == ["cpu"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5, 7")
    assert team._visible("1") == {"CUDA_VISIBLE_DEVICES": "7"}
