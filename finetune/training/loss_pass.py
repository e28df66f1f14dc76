"""A batch's loss: by our own pass, or by transformers' own where ours gives other numbers. Imports torch.

Ours lets the rows' common beginning run once and makes vocabulary logits only where there is loss.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from eval.errors import UserError, first_line
from eval.model import probe
from eval.model.compute_path import Way, error_of, turns_at
from eval.model.forward import forward
from eval.model.kv_cache import prefix_states, shifted
from eval.terminal.progress import say
from finetune.data.row import Row
from finetune.training.batches import Batch, collate
from finetune.training.loss import head_loss, plain_head

if TYPE_CHECKING:
    from eval.model.base import Base

LOSS = {torch.float32: 1e-4, torch.bfloat16: 0.02, torch.float16: 0.01}
"""Relative error of a summed loss. Measured where ours is right: float32 5e-6."""
GRADIENT = {torch.float32: 5e-3, torch.bfloat16: 0.2, torch.float16: 0.1}
"""Relative error of an adapter's gradient. Measured where ours is right: float32 1e-4."""


@dataclass(frozen=True)
class LossPass:
    """How a model's loss is computed."""

    base: Base
    pad: int
    share_prefix: bool
    head: Any = None
    """Where it alone makes the logits: its loss needs no logits held (`finetune.training.loss`)."""
    way: Way = Way.OURS

    def __call__(self, rows: Sequence[Row]) -> tuple[torch.Tensor, int]:
        """Summed cross-entropy over the rows' labelled tokens, and how many there are."""
        count = sum(len(r.tokens) - r.start for r in rows)
        single = self.way == Way.SINGLE or max(len(r.tokens) for r in rows) > turns_at(self.base.causal)
        with self.base.computing():
            if not single and self.way == Way.OURS:
                return self._ours(rows), count
            parts = [[row] for row in rows] if single else [rows]
            losses = [_whole(self.base.causal, part, self.pad, self.base.device) for part in parts]
            return torch.stack(losses).sum(), count

    def _ours(self, rows: Sequence[Row]) -> torch.Tensor:
        batch = collate(rows, pad=self.pad, device=self.base.device, share_prefix=self.share_prefix)
        states = prefix_states(self.base.causal, batch.shared, self.base.device)
        inputs = {
            "input_ids": batch.ids, "attention_mask": batch.mask, "position_ids": batch.positions,
            "use_cache": bool(batch.shared),
            "past_key_values": shifted(states, batch.mask) if batch.shared else None,
        }  # fmt: skip
        return self._label_loss(inputs, batch)

    def _label_loss(self, inputs: dict[str, Any], batch: Batch) -> torch.Tensor:
        causal = self.base.causal
        if self.head is None:
            logits = forward(causal, **inputs, logits_to_keep=batch.keep + 1).logits[:, -batch.keep - 1 : -1]
            return functional.cross_entropy(logits[batch.labelled].float(), batch.labels, reduction="sum")
        hidden = forward(causal.base_model, **inputs).last_hidden_state[:, -batch.keep - 1 : -1][batch.labelled]
        return head_loss(hidden, self.head.weight, self.head.bias, batch.labels)


def _whole(causal: Any, rows: Sequence[Row], pad: int, device: torch.device) -> torch.Tensor:
    """transformers' own loss of whole rows, padded on the right where no token that counts can see it, summed."""
    width = max(len(r.tokens) for r in rows)
    ids = torch.tensor([[*r.tokens, *[pad] * (width - len(r.tokens))] for r in rows], device=device)
    mask = torch.tensor([[1] * len(r.tokens) + [0] * (width - len(r.tokens)) for r in rows], device=device)
    beyond = [[-100] * r.start + [*r.tokens[r.start :]] + [-100] * (width - len(r.tokens)) for r in rows]
    loss = causal(input_ids=ids, attention_mask=mask, labels=torch.tensor(beyond, device=device)).loss
    return torch.as_tensor(loss) * sum(len(r.tokens) - r.start for r in rows)


def find_pass(base: Base, parameters: Iterable[torch.Tensor], *, pad: int, share_prefix: bool) -> LossPass:
    """The fastest pass whose loss and gradients are transformers' own on this model; says where it is not ours.

    Raises UserError where transformers cannot train the model, or no parameter of the adapter gets a gradient.
    """
    trained = list(parameters)
    whole = LossPass(base, pad, share_prefix)
    if base.sharded:  # its layers are spread over processes, which probe nothing apart
        return replace(whole, head=None if base.full else _head(base))
    rows = [Row(row, 2 * len(row) // 3, "reply") for row in probe.probe_rows(base)[::2]]
    train_mode(base.causal)
    with probe.small_windows(base.causal), probe.filled([] if base.full else trained):
        try:
            with probe.own_attention(base.causal):
                wanted = _loss_and_gradients(replace(whole, way=Way.SINGLE), rows, trained, base)
        except torch.OutOfMemoryError:
            raise
        except Exception as error:  # whatever the code of one of some hundred families raises
            raise UserError(
                f"--model {base.folder}: transformers cannot train it here: {type(error).__name__}: "
                f"{first_line(error)}; name another model"
            ) from None
        if not base.full and not any(bool(g.any()) for g in wanted[1]):
            raise UserError(f"--model {base.folder}: no weight of an adapter would learn; name another model")
        head = None if base.full else _head(base)
        tries = [replace(whole, head=head)] if head is not None else []
        tries += [whole, replace(whole, way=Way.BATCHED)]
        right = (t for t in tries if error_of(_compare(t, rows, trained, base, wanted)) <= 1)
        found = next(right, replace(whole, way=Way.SINGLE))
    base.causal.eval()
    if found.way != Way.OURS:
        alone = ", one row at a time" if found.way == Way.SINGLE else ""
        family = base.causal.config.get_text_config().model_type
        say(f"{family}: training takes transformers' own loss{alone}, because ours gives other numbers on this model")
    return found


def _head(base: Base) -> Any:
    """The head whose gradient nobody wants; None where more happens to the logits, or the family has no such parts."""
    try:
        return plain_head(base.causal)
    except Exception:
        return None


def _compare(
    trial: LossPass, rows: list[Row], trained: list[Any], base: Base, wanted: tuple[float, list[torch.Tensor]]
) -> Callable[[], float]:
    """The error of a pass as a multiple of what is tolerated."""

    def error() -> float:
        loss, gradients = _loss_and_gradients(trial, rows, trained, base)
        off = abs(loss - wanted[0]) / wanted[0] / LOSS[base.dtype]
        if not gradients:
            return off
        size = float(torch.stack([g.square().sum() for g in wanted[1]]).sum().sqrt())
        pairs = zip(gradients, wanted[1], strict=True)
        apart = float(torch.stack([(g - w).square().sum() for g, w in pairs]).sum().sqrt())
        worst = max(off, apart / size / GRADIENT[base.dtype])
        return worst if math.isfinite(off + apart) else math.inf  # max() passes over what is no number

    return error


def _loss_and_gradients(
    trial: LossPass, rows: list[Row], trained: list[Any], base: Base
) -> tuple[float, list[torch.Tensor]]:
    """The summed loss and, of an adapter, the gradient of each parameter in float32, on the CPU; leaves none behind."""
    if base.full:  # a copy of all gradients would take the memory of another model
        with torch.no_grad():
            return float(trial(rows)[0]), []
    loss, _ = trial(rows)
    found = torch.autograd.grad(loss, trained, allow_unused=True)
    pairs = zip(found, trained, strict=True)
    return float(loss.detach()), [torch.zeros_like(p) if g is None else g.float() for g, p in pairs]


def train_mode(causal: Any) -> None:
    """Have the model ready for training as it is in use: without dropout and without a router's noise.

    A resumed training then takes the same steps, and the first loss is that of the model that answers. Only what must
    know that it is trained does: layers that are recomputed, and quantised layers, which else lay out weights anew.
    """
    causal.eval()
    for module in causal.modules():
        recomputed = bool(getattr(module, "gradient_checkpointing", False))
        if recomputed or type(module).__module__.startswith("bitsandbytes"):
            module.training = True
        if recomputed:
            for name, value in vars(module).items():
                if "drop" in name and isinstance(value, float):
                    setattr(module, name, 0.0)
