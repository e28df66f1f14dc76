"""What training would take on this device, printed with its formulas, and whether there is so much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from finetune.progress import train_settings
from finetune.rows import Row, planned

if TYPE_CHECKING:
    from eval.setup import Setup

MEMORY_SHARE = 0.9
"""Of the device's memory that training may take by the estimate."""

MENDS = {
    "qlora": "lower finetune.batch_size or finetune.rank, or name a smaller --model",
    "lora": "set finetune.method to qlora, lower finetune.batch_size, or name a smaller --model",
    "full": "set finetune.method to lora or qlora, or name a smaller --model",
}


def demand_faults(setup: Setup, name: str, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Print memory and time with their formulas; (kind, message) when the device is too small.

    The largest step is taken to be the planned one with the most padded tokens. Replay rows, which only the base can
    write, are not counted.
    """
    from eval.device import pick_device, resolve_dtype, total_memory, unpacked_fits
    from eval.ladder import choose_rung
    from eval.model import read_model_config
    from eval.shape import shape_of
    from finetune import estimate as e

    finetune, device = setup.config.finetune, pick_device()
    named, cpu, method = setup.run_config.dtype, device.type == "cpu", finetune.method
    dtype = resolve_dtype(named, device)
    rung = choose_rung(method, device, dtype, named)
    shape = shape_of(read_model_config(setup.run_config.model))
    steps = planned(rows, train_settings(setup.run_config, name))
    load = e.load_of(rows, steps, share_prefix=cpu)
    unpacked = rung.name == "nf4" and unpacked_fits(shape.linear, dtype, device)
    held = "plain" if unpacked else rung.name
    parts = e.memory(
        shape, load, rank=finetune.rank, method=method, held=held, dtype=dtype, device=device.type
    )  # fmt: skip
    needed, there = sum(p.bytes for p in parts), total_memory(device)
    form = "float32, all trained" if method == "full" else rung.line()
    print(f"  base weights: {form}{', unpacked once to the same numbers' if unpacked else ''}")
    print(f"  memory: about {needed / e.GIB:.2f} GiB of {there / e.GIB:.1f} GiB on this {device.type}")
    for part in parts:
        print(f"    {part.name:<11} {part.bytes / e.GIB:7.3f} GiB = {part.formula}")
    if needed > MEMORY_SHARE * there:
        where = setup.dataset.path / "dataset.yaml"
        return [("memory", f"{where}: {name} would take about {needed / e.GIB:.1f} GiB and the device has "
                 f"{there / e.GIB:.1f}; {MENDS[method]}")]  # fmt: skip
    work = e.operations(shape, load, method=method, device=device.type)
    speed = e.probe_speed(shape, load, dtype, device)
    print(f"  time: about {work / (e.SHARE * speed):.0f} s = {work:.3g} operations in {load.steps} steps / "
          f"({e.SHARE} x {speed:.3g} a second, timed just now)")  # fmt: skip
    return []
