"""Settings of retrieval against each other, by whether the passages hold what development questions need.

No reply is generated. First chunk sizes, methods and numbers of passages are tried, then, with the best of them, what
a passage is shown with. Another setting takes the place of the data set's own only by a paired test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.config import Retrieval
from eval.stats.intervals import difference_test, holm, mean_intervals
from eval.terminal.progress import track
from rag.index import build_index
from rag.readers.documents import Document
from rag.retrieve import make_retriever
from rag.retrievers.retriever import Opened
from rag.tuning.development import Question

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.embed import Embedder

CHUNKS = (64, 128, 256)
PASSAGES = (1, 2, 3, 4, 5, 8)
METHODS: tuple[dict[str, Any], ...] = (
    {"method": "dense"}, {"method": "bm25"}, {"method": "hybrid"}, {"method": "hybrid", "weight": 0.3},
    {"method": "hybrid", "weight": 0.8}, {"method": "hybrid", "fusion": "rrf", "weight": 0.5},
)  # fmt: skip
CONTEXTS: tuple[dict[str, Any], ...] = (
    {"context": "title"}, {"context": "headings"}, {"context": "neighbours"}, {"per_document": 1},
)  # fmt: skip
LEVEL = 0.05
LEAST = 1024
"""Tokens that passages may take together, at least."""


@dataclass(frozen=True)
class Trial:
    """One setting with what it brought for each question."""

    settings: Retrieval
    held: NDArray[np.float64]
    """1 where the passages held what the question needs, else 0; shape (questions,)."""

    @property
    def tokens(self) -> int:
        """What its passages take in a prompt, at most, in the embedder's tokens."""
        return cost(self.settings)

    @cached_property
    def mean(self) -> float:
        """The share of questions whose need the passages held."""
        return float(self.held.mean())


@dataclass(frozen=True)
class Found:
    """All trials, the data set's own settings first, and the one that is chosen."""

    trials: tuple[Trial, ...]
    chosen: Trial
    groups: tuple[str, ...]

    def table(self) -> list[dict[str, Any]]:
        """One row a trial: settings that differ from the first, share with its 95 % interval, tokens, p (Holm)."""
        own = self.trials[0].settings.model_dump()
        adjusted = adjusted_tests(self.trials, self.groups)
        spans = mean_intervals(np.stack([t.held for t in self.trials], axis=1), self.groups)
        return [
            {"settings": {k: v for k, v in t.settings.model_dump().items() if v != own[k]}, "share": round(t.mean, 4),
             "interval": [round(s.low, 4), round(s.high, 4)] if s else None, "tokens": t.tokens, "p": p}
            for t, s, p in zip(self.trials, spans, [None, *adjusted], strict=True)
        ]  # fmt: skip


def cost(settings: Retrieval) -> int:
    """Tokens that a setting's passages take in a prompt, at most."""
    return settings.top_k * settings.chunk_tokens * (3 if settings.context == "neighbours" else 1)


class Search:
    """Tries settings on a corpus; its indexes lie below `folder`, so that an interrupted search goes on."""

    def __init__(
        self, documents: Sequence[Document], questions: Sequence[Question], embedder: Embedder, folder: Path
    ) -> None:
        self._documents, self._questions, self._folder = documents, questions, folder
        self._embedder: Any = _Remembering(embedder)
        self._groups = tuple(q.example.group or q.example.id for q in questions)

    def run(self, own: Retrieval, chunks: Sequence[int] = CHUNKS) -> Found:
        """Try everything that takes no more tokens than the data set's own settings may."""
        budget = max(LEAST, cost(own))
        trials = list(self._numbers(own, [own.top_k]))
        for size in dict.fromkeys([own.chunk_tokens, *chunks]):
            for method in METHODS:
                changed = own.model_copy(update={"chunk_tokens": size, "overlap_tokens": size // 8, **method})
                if size == own.chunk_tokens:
                    changed = changed.model_copy(update={"overlap_tokens": own.overlap_tokens})
                fitting = [k for k in sorted({*PASSAGES, own.top_k}) if k * size <= budget]
                trials += self._numbers(changed, fitting)
        best = choose(trials, self._groups).settings
        for context in CONTEXTS:
            changed = best.model_copy(update=context)
            if cost(changed) <= budget:
                trials += self._numbers(changed, [changed.top_k])
        first_of: dict[Retrieval, Trial] = {}
        for trial in trials:
            first_of.setdefault(trial.settings, trial)
        kept = tuple(first_of.values())
        return Found(kept, choose(kept, self._groups), self._groups)

    def _numbers(self, settings: Retrieval, numbers: Sequence[int]) -> Iterator[Trial]:
        """One setting with several numbers of passages, retrieved once."""
        if not numbers:
            return
        wide = settings.model_copy(update={"top_k": max(numbers)})
        found = self._retriever(wide).retrieve([q.example.question for q in self._questions])
        for k in numbers:
            held = [float(q.held_by(p[:k])) for q, p in zip(self._questions, found, strict=True)]
            yield Trial(settings.model_copy(update={"top_k": k}), np.array(held))

    def _retriever(self, settings: Retrieval) -> Any:
        shown = settings.context if settings.context in ("title", "headings") else "plain"
        folder = self._folder / f"{settings.chunk_tokens}-{settings.overlap_tokens}-{shown}"
        local = settings.model_copy(update={"store": "chroma", "store_url": None})
        with track(f"indexing in chunks of {settings.chunk_tokens}", len(self._documents), unit=" documents") as step:
            index = build_index(self._documents, self._embedder, local, folder, step)
        preferred = {d for q in self._questions for d in q.example.documents}
        return make_retriever(Opened(index.store, index.words, self._embedder, settings, preferred))


def choose(trials: Sequence[Trial], groups: Sequence[str]) -> Trial:
    """The first trial, unless others beat it by a paired test over groups (Holm's adjustment over all).

    Of those the cheapest is taken, and a dearer one only where it beats that one by a paired test, too.
    """
    first = trials[0]
    adjusted = adjusted_tests(trials, groups)
    better = [t for t, p in zip(trials[1:], adjusted, strict=True) if t.mean > first.mean and p < LEVEL]
    chosen = None
    for trial in sorted(better, key=lambda t: (t.tokens, -t.mean)):
        if chosen is None or (trial.mean > chosen.mean and _p(trial, chosen, groups) < LEVEL):
            chosen = trial
    return chosen or first


def adjusted_tests(trials: Sequence[Trial], groups: Sequence[str]) -> list[float]:
    """For each trial but the first the adjusted p-value of no difference to the first."""
    return holm([_p(trial, trials[0], groups) for trial in trials[1:]])


def _p(one: Trial, other: Trial, groups: Sequence[str]) -> float:
    test = difference_test(one.held - other.held, groups)
    return test.p if test else 1.0


class _Remembering:
    """An embedder that embeds each question once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder, self._known = embedder, dict[str, Any]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed_questions(self, texts: Sequence[str]) -> Any:
        new = [t for t in dict.fromkeys(texts) if t not in self._known]
        if new:
            self._known |= dict(zip(new, self._embedder.embed_questions(new), strict=True))
        return np.stack([self._known[t] for t in texts])
