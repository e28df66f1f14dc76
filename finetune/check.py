"""`finetune check`: what is wrong with the training rows, and what training would take, before any training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.gates import counted
from eval.modes import Adapter
from finetune.faults import RowError, check_clock
from finetune.rows import Row, plan_steps
from finetune.tracking import check_trackers

if TYPE_CHECKING:
    from eval.setup import Setup

MEMORY_SHARE = 0.9
"""Of the device's memory that training may take by the estimate."""


def check_training(setup: Setup, names: Sequence[Adapter]) -> None:
    """Print what each adapter would be trained on, what is wrong with it, and what it would take.

    Raises UserError at the end when there is an error. Neither the weights nor a network are asked for.
    """
    problems: list[tuple[str, str]] = []
    for name in names:
        faults: list[UserError] = []
        rows, held_back = setup.training_rows(name, faults)
        try:
            check_clock(setup.tokenizer)
        except RowError as error:
            faults.append(error)
        _print_rows(setup, name, rows, held_back)
        found = _distinct(faults)
        found += setting_faults(setup, held_back)
        found += [] if faults else [*batch_faults(setup.tokenizer, rows, held_back), *_print_cost(setup, name, rows)]
        problems += [p for p in found if p not in problems]
    for kind, message in problems:
        print(f"error: {message} [{kind}]")
    if problems:
        raise UserError(f"{setup.dataset.path}: mend the {counted(len(problems), 'error')} above, then train")
    print(f"{setup.dataset.path}: nothing found; ready to train")


def refuse_faults(setup: Setup, name: Adapter) -> None:
    """Raise UserError for the first thing that is wrong with an adapter's rows: what training runs before it trains."""
    rows, held_back = setup.training_rows(name)
    check_clock(setup.tokenizer)
    for _, message in (*setting_faults(setup, held_back), *batch_faults(setup.tokenizer, rows, held_back)):
        raise UserError(message)


def setting_faults(setup: Setup, held_back: Sequence[Row]) -> list[tuple[str, str]]:
    """(kind, message) of settings in dataset.yaml that cannot be met here."""
    finetune, where = setup.config.finetune, setup.dataset.path / "dataset.yaml"
    faults = []
    if finetune.patience and not held_back:
        faults.append(("held-back", f"{where}: key 'finetune.patience' needs held-back rows to look at; add a "
                       "dev.jsonl, or 20 rows or more to train.jsonl"))  # fmt: skip
    try:
        check_trackers(finetune.report_to)
    except UserError as error:
        faults.append(("tracker", f"{where}: {error}"))
    return faults


def batch_faults(tokenizer: Any, rows: Sequence[Row], held_back: Sequence[Row]) -> list[tuple[str, str]]:
    """(kind, message) where a batch, put together as training does, would count loss at padding or miss a label."""
    import torch

    from finetune.batches import collate, pad_of

    pad, faults = pad_of(tokenizer), []
    for kind in sorted({r.kind for r in (*rows, *held_back)}):
        mine = sorted((r for r in (*rows, *held_back) if r.kind == kind), key=lambda r: len(r.tokens))
        for start in range(0, len(mine), 8):
            group = mine[start : start + 8]
            batch = collate(group, pad=pad, device=torch.device("cpu"), share_prefix=True)
            at_loss = batch.ids[:, -batch.keep :][batch.labelled]
            unpadded = batch.mask[:, -batch.keep :][batch.labelled]
            if not (bool(unpadded.all()) and torch.equal(at_loss, batch.labels)):
                faults.append(("padding", f"{group[0].where}: the loss would count padding; report this as a bug"))
    return faults[:1]


def _distinct(faults: Sequence[UserError]) -> list[tuple[str, str]]:
    """(kind, message) of the first fault of each kind, saying how many rows have it too."""
    kinds: dict[str, list[str]] = {}
    for fault in faults:
        kind = fault.kind if isinstance(fault, RowError) else getattr(fault, "kind", "template")
        kinds.setdefault(kind, []).append(str(fault))
    return [
        (kind, messages[0] + (f" (and {counted(len(messages) - 1, 'more row')})" if len(messages) > 1 else ""))
        for kind, messages in kinds.items()
    ]


def _print_rows(setup: Setup, name: str, rows: Sequence[Row], held_back: Sequence[Row]) -> None:
    from finetune.shown import show

    tokens, trained = sum(len(r.tokens) for r in rows), sum(len(r.tokens) - r.start for r in rows)
    longest = max((len(r.tokens) for r in rows), default=0)
    print(f"{name}: {counted(len(rows), 'row')} to train on, {len(held_back)} held back; {tokens} tokens, {trained} of "
          f"them trained; the longest row has {longest}, the model reads {setup.context or 'any number'}")  # fmt: skip
    show(setup.tokenizer, rows)


def _print_cost(setup: Setup, name: str, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Print memory and time with their formulas; (kind, message) when the device is too small."""
    from eval.ladder import Rung, pick_rung
    from eval.model import pick_device, pick_dtype, read_model_config, total_memory, unpacked_fits
    from finetune import estimate as e

    settings = setup.config.finetune
    device = pick_device()
    dtype, cpu = pick_dtype(device), device.type == "cpu"
    rung: Rung = pick_rung(device, dtype)
    shape = e.shape_of(read_model_config(setup.run_config.model))
    steps = plan_steps(rows, epochs=settings.epochs, batch_size=settings.batch_size, seed=setup.run_config.seed)
    load = e.load_of(rows, steps, share_prefix=cpu)
    unpacked = cpu and rung.name == "nf4" and unpacked_fits(shape.linear, dtype)
    parts = e.memory(shape, load, rank=settings.rank, method="qlora", held="plain" if unpacked else rung.name,
                     dtype=dtype, device=device.type)  # fmt: skip
    needed, there = sum(p.bytes for p in parts), total_memory(device)
    print(f"  base weights: {rung.line()}{', unpacked once to the same numbers' if unpacked else ''}")
    print(f"  memory: about {needed / e.GIB:.2f} GiB of {there / e.GIB:.1f} GiB on this {device.type}")
    for part in parts:
        print(f"    {part.name:<11} {part.bytes / e.GIB:7.3f} GiB = {part.formula}")
    if needed <= MEMORY_SHARE * there:
        speed, work = (
            e.probe_speed(shape, load, dtype, device),
            e.operations(shape, load, method="qlora", device=device.type),
        )
        print(f"  time: about {work / (e.SHARE * speed):.0f} s = {work:.3g} operations in {load.steps} steps / "
              f"({e.SHARE} x {speed:.3g} a second, timed just now)")  # fmt: skip
        return []
    message = (
        f"{setup.dataset.path / 'dataset.yaml'}: {name} would take about {needed / e.GIB:.1f} GiB and the device has "
        f"{there / e.GIB:.1f}; lower finetune.batch_size or finetune.rank, or name a smaller --model"
    )
    return [("memory", message)]
