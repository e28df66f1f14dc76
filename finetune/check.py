"""`finetune check`: what is wrong with the training rows, and what training would take, before any training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.gates import counted
from eval.modes import Adapter
from finetune.demand import demand_faults
from finetune.faults import RowError, check_clock
from finetune.rows import Row
from finetune.tracking import check_trackers

if TYPE_CHECKING:
    from eval.setup import Setup


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
        found += [] if faults else [*batch_faults(setup.tokenizer, rows, held_back), *demand_faults(setup, name, rows)]
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
