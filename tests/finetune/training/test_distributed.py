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

ROOT = Path(__file__).resolve().parents[3]
PLAIN = ("--multi_gpu", "--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no",
         "--dynamo_backend", "no")  # fmt: skip
FSDP = ("--config_file", str(ROOT / "finetune" / "fsdp_qlora.yaml"))
# Several test processes on one machine must not meet at one port.
PORT = str(20_000 + os.getpid() % 20_000)

FINETUNE = "from finetune.cli import main; main()"
Command = Callable[..., list[str]]


@pytest.fixture(scope="module")
def command(harbours: Any, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """`finetune train` on three rows for 32 steps, in one process or under a launcher with these options."""
    data = tmp_path_factory.mktemp("distributed") / "harbours"
    for name, content in harbours("harbours").items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(content, encoding="utf-8")
    yaml = (data / "dataset.yaml").read_text(encoding="utf-8")
    yaml = yaml.replace("{epochs: 1, rank: 4, batch_size: 4}", "{epochs: 8, corpus_epochs: 0, rank: 4, batch_size: 3}")
    (data / "dataset.yaml").write_text(yaml, encoding="utf-8")
    rows = [json.loads(line) for line in (data / "train.jsonl").read_text(encoding="utf-8").splitlines()][:3]
    dev = [r | {"id": f"dev-{i}", "group": f"dev-{i}", "question": f"Once more: {i}?"} for i, r in enumerate(rows)]
    (data / "dev.jsonl").write_text("".join(json.dumps(r) + "\n" for r in dev), encoding="utf-8")

    def make(out: Path, options: tuple[str, ...] = ()) -> list[str]:
        train = ["-m", "finetune.cli", "train", str(data), "--adapter", "ft", "--model", str(tiny_model)]
        return [sys.executable, *(launch(options) if options else []), *train, "--out", str(out)]

    return make


def launch(options: tuple[str, ...]) -> list[str]:
    return ["-m", "accelerate.commands.launch", "--main_process_port", PORT, *options]


def pair(forks: Any, said: Path, code: str, *arguments: object, **environment: str) -> list[Any]:
    """Two processes with the variables that a launcher sets, whose output goes into the folder `said`."""
    found = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": PORT, **environment}
    files = [said / f"said-{rank}" for rank in range(2)]
    return [forks.start(code, *arguments, said=file, errors=file, RANK=str(rank), LOCAL_RANK=str(rank), **found)
            for rank, file in enumerate(files)]  # fmt: skip


def finish(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def trained(out: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from safetensors.torch import load_file

    (folder,) = (out / "adapters").iterdir()
    lines = (folder / "history.jsonl").read_text(encoding="utf-8").splitlines()
    return load_file(folder / "adapter_model.safetensors"), [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def one(command: Command, forks: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with what a single process trains."""
    out = tmp_path_factory.mktemp("one")
    done = forks.run(FINETUNE, *command(out)[3:], kept=out)
    assert done.code == 0, done.err
    assert done.out.count("adapters/ft-") == 1
    return out


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
def test_two_processes_end_where_one_does_also_after_a_kill(
    one: Path, command: Command, tmp_path: Path, forks: Any
) -> None:
    started = pair(forks, tmp_path, FINETUNE, *command(tmp_path / "two")[3:])
    adapters, deadline = tmp_path / "two" / "adapters", time.monotonic() + 600
    while not list(adapters.glob(".*.checkpoint")):
        assert [p.poll() for p in started] == [None] * 2 and time.monotonic() < deadline
        time.sleep(0.005)
    for process in started:
        os.kill(process.pid, signal.SIGKILL)
    assert [p.wait() for p in started] == [-signal.SIGKILL] * 2
    assert not list(adapters.rglob("training.json"))
    printed = finish(command(tmp_path / "two", PLAIN))
    assert printed.count("adapters/ft-") == 1  # the first process alone speaks
    assert_same(one, tmp_path / "two")


@pytest.mark.component
def test_spread_4_bit_weights_end_where_whole_ones_do(one: Path, command: Command, tmp_path: Path) -> None:
    finish(command(tmp_path / "spread", FSDP))
    assert_same(one, tmp_path / "spread")


SPREAD = """
import sys
import torch
from eval.model.loading import load_base
from finetune.training.training_state import TrainSettings
from finetune.training.lora_targets import lora_config
from finetune.training.distributed import shard_base, world
here = world()
base = load_base(sys.argv[1])
base.add_adapter("ft", lora_config(TrainSettings(1, 1, 2, 1e-3, 0), base.causal))
ids = torch.tensor([[1, 40, 50, 60]])
layer = base.causal.base_model.layers[0].mlp.up_proj.base_layer
whole = layer.weight.numel()
with torch.no_grad():
    before = base.causal(ids).logits
shard_base(base)
part = layer.weight.to_local().numel()
with torch.no_grad():
    after = base.causal(ids).logits
print(f"rank {here.rank}: {type(layer).__name__}, {part} of {whole}, same {torch.equal(before, after)}")
"""


@pytest.mark.component
def test_each_process_holds_half_of_the_4_bit_weights(tiny_model: Path, tmp_path: Path, forks: Any) -> None:
    from eval.model.device import pick_device, pick_dtype

    codes = [p.wait(300) for p in pair(forks, tmp_path, SPREAD, tiny_model, ACCELERATE_USE_FSDP="true")]
    said = [(tmp_path / f"said-{rank}").read_text(encoding="utf-8") for rank in range(2)]
    assert codes == [0, 0], said
    whole = 64 * 128 // 2 // pick_dtype(pick_device()).itemsize  # 4-bit weights, held in numbers of the compute dtype
    for rank in range(2):
        assert f"rank {rank}: Linear4bit, {whole // 2} of {whole}, same True" in said[rank]


@pytest.mark.component
def test_shares_of_a_step_are_disjoint_and_whole() -> None:
    from finetune.training.distributed import World

    rows = list(range(5))
    shares = [World(rank, 3).share(rows) for rank in range(3)]
    assert sorted(i for share in shares for i in share) == rows
    assert [World(rank, 3).share([0]) for rank in range(3)] == [[0], [], []]
