"""Two processes under `accelerate launch` (gloo on the CPU) take the steps that one takes, also when interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = ("accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1",
          "--mixed_precision", "no", "--dynamo_backend", "no", "-m", "finetune.cli")  # fmt: skip
# Several test processes on one machine must not meet at one port.
PORT = str(20_000 + os.getpid() % 20_000)

Command = Callable[..., list[str]]


@pytest.fixture
def command(make_dataset: Any, tiny_model: Path) -> Command:
    data = make_dataset()
    yaml = (data / "dataset.yaml").read_text(encoding="utf-8")
    yaml = yaml.replace("{epochs: 1, rank: 4, batch_size: 4}", "{epochs: 8, corpus_epochs: 0, rank: 4, batch_size: 3}")
    (data / "dataset.yaml").write_text(yaml, encoding="utf-8")
    rows = [json.loads(line) for line in (data / "train.jsonl").read_text(encoding="utf-8").splitlines()][:3]
    dev = [r | {"id": f"dev-{i}", "group": f"dev-{i}", "question": f"Once more: {i}?"} for i, r in enumerate(rows)]
    (data / "dev.jsonl").write_text("".join(json.dumps(r) + "\n" for r in dev), encoding="utf-8")

    def make(out: Path, *, processes: int) -> list[str]:
        module = ["-m", "finetune.cli"]
        if processes == 2:
            module = ["-m", LAUNCH[0], "--main_process_port", PORT, *LAUNCH[1:]]
        train = ["train", str(data), "--adapter", "ft", "--model", str(tiny_model), "--out", str(out)]
        return [sys.executable, *module, *train]

    return make


def finish(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def trained(out: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from safetensors.torch import load_file

    (folder,) = (out / "adapters").iterdir()
    lines = (folder / "history.jsonl").read_text(encoding="utf-8").splitlines()
    return load_file(folder / "adapter_model.safetensors"), [json.loads(line) for line in lines]


def assert_same(one: Path, two: Path) -> None:
    """Losses to the third digit, and weights to 2 % of what training moved them: bf16 sums in another order."""
    (weights, lines), (others, other_lines) = trained(one), trained(two)
    assert len(lines) == len(other_lines) == 8 * 4
    for key in ("loss", "held_out_loss", "learning_rate", "tokens"):
        mine, theirs = [x[key] for x in lines], [x[key] for x in other_lines]
        assert [x is None for x in mine] == [x is None for x in theirs]
        assert [x for x in mine if x is not None] == pytest.approx([x for x in theirs if x is not None], rel=2e-3)
    moved = sum(float(w.norm()) ** 2 for n, w in weights.items() if "lora_B" in n) ** 0.5  # which start at zero
    apart = sum(float((w - others[n]).norm()) ** 2 for n, w in weights.items()) ** 0.5
    assert moved > 0
    assert apart < 0.02 * moved


@pytest.mark.component
def test_two_processes_end_where_one_does_also_after_a_kill(command: Command, tmp_path: Path) -> None:
    printed = finish(command(tmp_path / "one", processes=1))
    assert printed.count("adapters/ft-") == 1
    started = subprocess.Popen(
        command(tmp_path / "two", processes=2), cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True
    )
    adapters, deadline = tmp_path / "two" / "adapters", time.monotonic() + 240
    while not list(adapters.glob(".*.checkpoint")):
        assert started.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    assert not list(adapters.rglob("training.json"))
    printed = finish(command(tmp_path / "two", processes=2))
    assert printed.count("adapters/ft-") == 1  # the first process alone speaks
    assert_same(tmp_path / "one", tmp_path / "two")


@pytest.mark.component
def test_shares_of_a_step_are_disjoint_and_whole() -> None:
    from finetune.world import World

    rows = list(range(5))
    shares = [World(rank, 3).share(rows) for rank in range(3)]
    assert sorted(i for share in shares for i in share) == rows
    assert [World(rank, 3).share([0]) for rank in range(3)] == [[0], [], []]
