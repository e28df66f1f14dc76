"""`finetune check`: what is wrong with the training rows, and what training would take, before any training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eval.data.gates.gate import counted
from eval.errors import UserError
from eval.model.model_files import locate_model
from eval.strategies import Adapter
from finetune.data.row import Row
from finetune.data.row_faults import RowError, check_clock
from finetune.data.rows import planned, warmup
from finetune.data.training_rows import training_rows
from finetune.training.defaults import FEW_STEPS, hidden_size, rate_formula
from finetune.training.requirements import demand_faults
from finetune.training.tracking import check_trackers
from finetune.training.training_state import TrainSettings, train_settings

if TYPE_CHECKING:
    from eval.arms.resources import Resources


def check_training(resources: Resources, names: Sequence[Adapter]) -> None:
    """Print what each adapter would be trained on, what is wrong with it, and what it would take.

    Raises UserError at the end when there is an error. Neither the weights nor a network are asked for.
    """
    problems: list[tuple[str, str]] = []
    for name in names:
        faults: list[UserError] = []
        rows, held_back = training_rows(resources, name, faults)
        try:
            check_clock(resources.tokenizer)
        except RowError as error:
            faults.append(error)
        _print_rows(resources, name, rows, held_back)
        found = _distinct(faults)
        found += setting_faults(resources, held_back)
        found += (
            []
            if faults
            else [*batch_faults(resources.tokenizer, rows, held_back), *demand_faults(resources, name, rows)]
        )
        problems += [p for p in found if p not in problems]
    for kind, message in problems:
        print(f"error: {message} [{kind}]")
    if problems:
        raise UserError(f"{resources.dataset.path}: fix the {counted(len(problems), 'error')} above, then train")
    print(f"{resources.dataset.path}: nothing found; ready to train")


def refuse_faults(resources: Resources, name: Adapter) -> None:
    """Raise UserError for the first thing that is wrong with an adapter's rows: what training runs before it trains."""
    rows, held_back = training_rows(resources, name)
    check_clock(resources.tokenizer)
    for _, message in (*setting_faults(resources, held_back), *batch_faults(resources.tokenizer, rows, held_back)):
        raise UserError(message)


def setting_faults(resources: Resources, held_back: Sequence[Row]) -> list[tuple[str, str]]:
    """(kind, message) of settings in dataset.yaml that cannot be met here."""
    finetune, where = resources.config.finetune, resources.dataset.path / "dataset.yaml"
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

    from eval.model.kv_cache import pad_token
    from finetune.training.batches import collate

    pad, faults = pad_token(tokenizer), []
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


def _print_rows(resources: Resources, name: str, rows: Sequence[Row], held_back: Sequence[Row]) -> None:
    from finetune.data.row_preview import show

    tokens, trained = sum(len(r.tokens) for r in rows), sum(len(r.tokens) - r.start for r in rows)
    longest = max((len(r.tokens) for r in rows), default=0)
    reads = resources.context or "any number"
    print(f"{name}: {counted(len(rows), 'row')} to train on, {len(held_back)} held back; {tokens} tokens, {trained} of "
          f"them trained; the longest row has {longest}, the model reads {reads}")  # fmt: skip
    show(resources.tokenizer, rows)
    _print_settings(resources, name, rows)


def _print_settings(resources: Resources, name: str, rows: Sequence[Row]) -> None:
    """Rate, steps and text rows, with where each comes from; a warning where the steps are few."""
    asked, settings = resources.dataset.config.finetune, train_settings(resources.run_config, name)
    steps = planned(rows, settings)
    kinds = [rows[step[0]].kind for step in steps]
    print(f"  learning rate: {settings.learning_rate:g}, {_source_of_rate(resources, name)}; warm-up over "
          f"{counted(warmup(len(steps)), 'step')}, then linearly to zero")  # fmt: skip
    rule = "as dataset.yaml says" if asked.batch_size else "by rule"
    print(f"  steps: {len(steps)} in {counted(settings.epochs, 'epoch')}; {kinds.count('reply')} of them with "
          f"{settings.batch_size} replies each, {rule}")  # fmt: skip
    if "text" in kinds:
        rule = "as dataset.yaml says" if asked.text_tokens else "by the width of the model"
        print(f"  text: {kinds.count('text')} steps with {settings.text_batch} rows each, of at most "
              f"{resources.config.finetune.text_tokens} tokens of a document, {rule}")  # fmt: skip
    if warning := few_steps(settings, kinds.count("reply")):
        print(f"  warning: {warning}")


def _source_of_rate(resources: Resources, name: str) -> str:
    width = hidden_size(locate_model(resources.run_config.model))
    if name in resources.run_config.learning_rates:
        return "as a sweep found"
    if resources.dataset.config.finetune.learning_rate is not None or width is None:
        return "as dataset.yaml says"
    return f"by rule: {rate_formula(width, resources.config.finetune.method)}"


def few_steps(settings: TrainSettings, steps: int) -> str:
    """What to do where there are too few steps on replies to learn from; empty where there are enough."""
    if not 0 < steps < FEW_STEPS:
        return ""
    epochs = math.ceil(settings.epochs * FEW_STEPS / steps)
    return (
        f"only {counted(steps, 'step')} on replies, which may be too few to learn from; add rows, or set "
        f"finetune.epochs to {epochs} or finetune.batch_size below {settings.batch_size}"
    )
