"""One set of weights as a battery asks it: loaded here, or behind an address. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from eval.model.likelihood_rows import Row

if TYPE_CHECKING:
    from eval.model.base import Base


class Weights(Protocol):
    """The base, or the base with an adapter."""

    @property
    def tokenizer(self) -> Any:
        """Its tokenizer, of transformers."""
        ...

    def log_likelihoods(self, rows: Sequence[Row]) -> list[list[float]]:
        """ln p(token | all before it) of every target token of every row, in nats, in the order of the rows."""
        ...

    def replies(self, texts: Sequence[str], limit: int) -> list[str]:
        """The greedy reply of at most `limit` tokens to each text, which is a user's turn alone."""
        ...


class Measuring(Protocol):
    """A generator whose weights can be asked for likelihoods."""

    def weights(self, adapter: str | None) -> Weights:
        """The base or an adapter; raises `eval.pipeline.graph.Skipped` where it gives no likelihoods."""
        ...


class LoadedWeights:
    """The base that is loaded in this process, with an adapter of it or without."""

    def __init__(self, base: Base, adapter: str | None) -> None:
        self._base, self._adapter = base, adapter

    @property
    def tokenizer(self) -> Any:
        """See `Weights`."""
        return self._base.tokenizer

    def log_likelihoods(self, rows: Sequence[Row]) -> list[list[float]]:
        """See `Weights`."""
        from eval.model.likelihood import log_likelihoods

        return log_likelihoods(self._base, self._adapter, rows)

    def replies(self, texts: Sequence[str], limit: int) -> list[str]:
        """See `Weights`."""
        from eval.arms.prompt import render
        from eval.model.generate import generate_batches, plan_batches
        from eval.model.stopping import Limits

        limits = Limits(limit)
        prompts = [render(self.tokenizer, [{"role": "user", "content": text}]) for text in texts]
        batches = plan_batches(self._base, prompts, limits)
        made = generate_batches(self._base, self._adapter, prompts, batches, limits=limits)
        found = {i: c.text for b, cs in zip(batches, made, strict=True) for i, c in zip(b, cs, strict=True)}
        return [found[i] for i in range(len(texts))]
