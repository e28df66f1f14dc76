"""What training would take on this device, with its formulas, and whether there is so much. Asked before loading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetune.data.row import Row
from finetune.data.rows import planned
from finetune.data.training_rows import training_rows
from finetune.training.training_state import train_settings

if TYPE_CHECKING:
    import torch

    from eval.arms.resources import Resources
    from eval.model.dimensions import Shape
    from eval.model.quantization import Rung
    from finetune.training.estimate import Load, Part
    from finetune.training.micro_batches import Fit

MEMORY_SHARE = 0.9
"""Of the memory that is there which training may take by the estimate."""

FIXES = {
    "qlora": "lower finetune.rank or finetune.text_tokens, shorten the longest row, or name a smaller --model",
    "lora": "set finetune.method to qlora, lower finetune.rank, or name a smaller --model",
    "full": "set finetune.method to lora or qlora, or name a smaller --model",
}


@dataclass(frozen=True, slots=True)
class Demand:
    """What training one adapter would take."""

    shape: Shape
    load: Load
    cut: Fit
    """How its steps would be cut."""
    rung: Rung
    unpacked: bool
    dtype: torch.dtype
    devices: list[torch.device]
    """What the model would lie on."""
    there: float
    """Bytes of memory, all devices together: of cards what is free, of a machine all."""
    parts: list[Part]
    least: float
    """Bytes with steps cut as small as they can be: one row at a time, recomputed."""

    @property
    def needed(self) -> float:
        """Bytes of all parts."""
        return sum(p.bytes for p in self.parts)

    @property
    def fits(self) -> bool:
        """Whether the memory suffices, with steps cut as small as they can be."""
        return self.least <= MEMORY_SHARE * self.there


def demand(resources: Resources, name: str, rows: Sequence[Row]) -> Demand:
    """What training an adapter on these rows would take; replay rows, which only the base can write, do not count."""
    from eval.model.device import pick_device, resolve_dtype, unpacked_fits
    from eval.model.dimensions import shape_of
    from eval.model.loading import read_model_config
    from eval.model.quantization import choose_rung
    from finetune.training import estimate as e
    from finetune.training.micro_batches import Fit, fit

    finetune, device, named = resources.config.finetune, pick_device(), resources.run_config.dtype
    dtype = resolve_dtype(named, device)
    rung = choose_rung(finetune.method, device, dtype, named)
    config = read_model_config(resources.run_config.model)
    shape = shape_of(config)
    unpacked = rung.name == "nf4" and unpacked_fits(shape.linear, dtype, device)
    steps = planned(rows, train_settings(resources.run_config, name))
    load = e.load_of(rows, steps, share_prefix=False)

    def parts(cut: Fit) -> list[Part]:
        return e.memory(
            shape, cut, rank=finetune.rank, method=finetune.method, held="plain" if unpacked else rung.name,
            dtype=dtype, device=device.type,
        )  # fmt: skip

    bare = sum(p.bytes for p in parts(Fit(True, 0)))
    devices, there = e.memory_there(device, bare)
    room = e.training_share(device) * there - bare + (parts(Fit(True, 0))[0].bytes if device.type == "cpu" else 0.0)
    cut = fit(
        room, largest=load.largest, kept=e.kept_bytes(config, dtype), recomputed=e.recomputed_bytes(config, dtype)
    )
    cut = Fit(cut.recompute, max(cut.tokens, min(load.longest, load.largest)))
    if not cut.recompute:  # then what the rows of a step have in common runs once
        load = e.load_of(rows, steps, share_prefix=True)
    least = sum(p.bytes for p in parts(Fit(True, load.longest)))
    return Demand(shape, load, cut, rung, unpacked, dtype, devices, there, parts(cut), least)


def shortage(resources: Resources, name: str, found: Demand) -> str | None:
    """What to say where the memory does not suffice; None where it does."""
    from finetune.training.estimate import GIB

    if found.fits:
        return None
    where, method = resources.dataset.path / "dataset.yaml", resources.config.finetune.method
    return (
        f"{where}: {name} would take about {found.least / GIB:.1f} GiB and the device has {found.there / GIB:.1f}; "
        f"{FIXES[method]}"
    )


def seconds(resources: Resources, found: Demand) -> tuple[float, float, float]:
    """(seconds of training, its operations, operations a second of a short timed product)."""
    from finetune.training import estimate as e

    work = e.operations(found.shape, found.load, method=resources.config.finetune.method, recompute=found.cut.recompute)
    speed = e.probe_speed(found.shape, min(found.cut.tokens, found.load.largest), found.dtype, found.devices[0])
    return work / (e.SHARE * speed), work, speed


def demand_faults(resources: Resources, name: str, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Print memory and time with their formulas; (kind, message) when the device is too small."""
    from eval.model.dimensions import cache_bytes
    from finetune.training.estimate import GIB, SHARE

    found, method = demand(resources, name, rows), resources.config.finetune.method
    form = "float32, all trained" if method == "full" else found.rung.line()
    print(f"  base weights: {form}{', unpacked once to the same numbers' if found.unpacked else ''}")
    place = found.devices[0].type if len(found.devices) == 1 else f"{len(found.devices)} cards"
    print(f"  memory: about {found.needed / GIB:.2f} GiB of {found.there / GIB:.1f} GiB on this {place}")
    for part in found.parts:
        print(f"    {part.name:<11} {part.bytes / GIB:7.3f} GiB = {part.formula}")
    if found.cut.tokens < found.load.largest:
        print(f"    a step of {found.load.largest} tokens runs in pieces of {found.cut.tokens}, with the same gradient")
    from eval.model.loading import read_model_config

    each = cache_bytes(read_model_config(resources.run_config.model), found.dtype)
    print(f"  answering: the weights, and {each / 1024:.0f} KiB of keys and values for each token of a prompt and its "
          "reply; batches are sized by what is free")  # fmt: skip
    if (message := shortage(resources, name, found)) is not None:
        return [("memory", message)]
    time, work, speed = seconds(resources, found)
    print(f"  time: about {time:.0f} s = {work:.3g} operations in {found.load.steps} steps / "
          f"({SHARE} x {speed:.3g} a second, timed just now)")  # fmt: skip
    return []


def expect_training(resources: Resources, name: str) -> None:
    """Say in one line how long training an adapter will take; raises UserError when the memory does not suffice.

    Asked before the base is loaded: afterwards its weights are no longer among what is free.
    """
    from eval.errors import UserError
    from eval.terminal.progress import say
    from finetune.training.estimate import GIB

    found = demand(resources, name, training_rows(resources, name)[0])
    if (message := shortage(resources, name, found)) is not None:
        raise UserError(message)
    time, _, _ = seconds(resources, found)
    say(
        f"training {name}: about {_spoken(time)} and {found.needed / GIB:.1f} GiB for {found.load.steps} steps, "
        "by estimate"
    )


def _spoken(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
