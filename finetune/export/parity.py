"""Whether two forms of one model say the same: teacher-forced, on prompts that training never saw. Imports no torch.

A few greedy tokens agree long after the logits have gone wrong, so every position of every reply is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.errors import UserError
from finetune.data.row import Row
from finetune.data.rows import reply_row

if TYPE_CHECKING:
    from eval.arms.resources import Resources

Logits = Callable[[Sequence[int], int], Any]
"""A form of a model: (tokens, start) -> logits that predict tokens[start:], shape (len(tokens) - start, vocabulary)."""

ROWS = 16
"""Held-out replies that are compared: on the bundled sets some 400 positions, and half a minute on two CPU cores."""

LEAST_AGREEMENT = 0.99
"""Share of positions at which a 16-bit form must have the same most likely token."""

MOST_KL = 0.01
"""Nats; of a 16-bit form, on average over the positions."""


@dataclass(frozen=True, slots=True)
class Parity:
    """How far a candidate is from its reference, over the reply tokens of held-out rows."""

    rows: int
    positions: int
    agreement: float
    """Share of positions with the same most likely token, in [0, 1]."""
    kl: float
    """Mean Kullback-Leibler divergence of the candidate from the reference, nats a position."""
    max_difference: float
    """Largest absolute difference of two logits."""
    reference_loss: float
    """Mean -ln p of the reply's own tokens, nats."""
    candidate_loss: float

    def sentence(self) -> str:
        """The figures for people, in one line."""
        return (
            f"top-1 agreement {self.agreement:.4f}, KL {self.kl:.2g}, max |difference| {self.max_difference:.2g}, "
            f"loss {self.reference_loss:.4f} -> {self.candidate_loss:.4f}, "
            f"{self.positions} positions of {self.rows} held-out replies"
        )

    def record(self) -> dict[str, Any]:
        """The figures as they stand in a manifest."""
        return asdict(self)


def measure(reference: Logits, candidate: Logits, rows: Sequence[Row]) -> Parity:
    """Compare two forms at every reply token of the rows; raises UserError when the logits are no numbers."""
    agree = positions = 0
    kl = largest = loss_a = loss_b = 0.0
    for row in rows:
        a, b = (np.asarray(give(row.tokens, row.start), dtype=np.float64) for give in (reference, candidate))
        if a.shape != b.shape:
            raise UserError(f"the converted model gives logits of shape {b.shape}, not {a.shape}; it is another model")
        if not np.isfinite(b).all():
            raise UserError("the converted model's logits are not all finite; choose a wider number format")
        log_a, log_b = _log_softmax(a), _log_softmax(b)
        labels = np.array(row.tokens[row.start :])[:, None]
        agree += int((a.argmax(-1) == b.argmax(-1)).sum())
        positions += len(a)
        kl += float((np.exp(log_a) * (log_a - log_b)).sum())
        largest = max(largest, float(np.abs(a - b).max()))
        loss_a -= float(np.take_along_axis(log_a, labels, -1).sum())
        loss_b -= float(np.take_along_axis(log_b, labels, -1).sum())
    return Parity(
        len(rows), positions, agree / positions, kl / positions, largest, loss_a / positions, loss_b / positions
    )  # fmt: skip


def remembered(logits: Logits) -> Logits:
    """The same form, asked once for each row: for a reference that several candidates are compared with."""
    known: dict[tuple[tuple[int, ...], int], Any] = {}

    def again(tokens: Sequence[int], start: int) -> Any:
        key = tuple(tokens), start
        if key not in known:
            known[key] = logits(tokens, start)
        return known[key]

    return again


def check(parity: Parity, what: str, *, agreement: float = LEAST_AGREEMENT, kl: float = MOST_KL) -> None:
    """Raise UserError with the figures unless the candidate agrees closely enough."""
    if parity.agreement < agreement or parity.kl > kl:
        raise UserError(
            f"{what} does not say what it was made from: {parity.sentence()}; "
            f"wanted are an agreement of {agreement} and a KL of at most {kl}; nothing was written, "
            "choose a wider number format"
        )


def held_out_rows(resources: Resources, mode: str, limit: int = ROWS) -> list[Row]:
    """Prompts of the test split, as `mode` puts them, with their replies; at most `limit`, evenly spread.

    A row without a reply gets the one that the run predicted; raises UserError when there is none either.
    """
    from dataclasses import replace

    from eval.arms.modes import MODES
    from eval.arms.predict import predictions_file, read_predictions

    test = resources.dataset.test
    chosen = [test[i * len(test) // limit] for i in range(limit)] if len(test) > limit else list(test)
    said = {}
    if predictions_file(resources.run, mode).is_file():
        said = {p.id: p.text for p in read_predictions(resources.run, mode)}
    replies = {e.id: e.reply or said.get(e.id, "") for e in chosen}
    examples = [replace(e, reply=replies[e.id]) for e in chosen if replies[e.id]]
    if not examples:
        raise UserError(
            f"{resources.dataset.path / 'test.jsonl'}: no row has a reply to compare models on; write some, or answer "
            f"first with: evaluate {resources.dataset.path} --mode {mode}"
        )
    if MODES[mode].retrieves:
        resources.prepare(examples)
    where = str(resources.dataset.path / "test.jsonl")
    return [reply_row(resources.base.tokenizer, MODES[mode].build(resources, e), e, where=where) for e in examples]


def _log_softmax(logits: Any) -> Any:
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
