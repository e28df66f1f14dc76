"""Candidates in a new order, by a model that reads question and passage together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.terminal.progress import track
from rag.retrievers.rows import Rows

if TYPE_CHECKING:
    from rag.retrievers.rows import Found

Reranker = Callable[[str, Sequence[str]], Sequence[float]]
"""(question, passages) -> a score for each, the higher the better."""

SECONDS = 60.0


def rerank(reranker: Reranker, questions: Sequence[str], found: Sequence[Found], rows: Rows) -> list[Found]:
    """What was found for each question, in the reranker's order; equal scores rank by document id and position."""
    import numpy as np

    ordered: list[Found] = []
    with track("reranking", len(questions), unit=" questions") as advance:
        for question, (numbers, _) in zip(questions, found, strict=True):
            texts = [rows.all[int(row)][2] for row in numbers]
            scores = np.asarray(reranker(question, texts), dtype=np.float64)
            order = np.lexsort((numbers, -scores))
            ordered.append((numbers[order], scores[order]))
            advance(1)
    return ordered


@lru_cache(maxsize=2)
def open_reranker(name: str) -> Reranker | None:
    """The reranker of this name: none, the address of a service, or a cross-encoder; raises UserError where not."""
    if name == "none":
        return None
    return _service(name) if name.startswith(("http://", "https://")) else _cross_encoder(name)


def _cross_encoder(name: str) -> Reranker:
    folder = Path(name).expanduser()
    if not folder.is_dir() and (name.startswith((".", "/", "~")) or name.count("/") != 1):
        raise UserError(f"retrieval.rerank: {name}: no such folder; name a cross-encoder's folder, a hub id, or none")
    from sentence_transformers import CrossEncoder

    try:
        model = CrossEncoder(str(folder) if folder.is_dir() else name, num_labels=1)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"retrieval.rerank: {name} does not load: {str(error).strip().splitlines()[0]}") from None

    def scores(question: str, passages: Sequence[str]) -> Sequence[float]:
        found: Any = model.predict([(question, p) for p in passages], batch_size=16, show_progress_bar=False)
        return [float(score) for score in found]

    return scores


def _service(url: str) -> Reranker:
    """A service that takes `query` and `documents` and returns `results` with `index` and `relevance_score`, as
    Cohere's, Jina's, vLLM's and llama.cpp's do."""
    import httpx

    def scores(question: str, passages: Sequence[str]) -> Sequence[float]:
        try:
            reply = httpx.post(url, json={"query": question, "documents": list(passages)}, timeout=SECONDS)
            reply.raise_for_status()
            found = {int(r["index"]): float(r["relevance_score"]) for r in reply.json()["results"]}
            return [found[i] for i in range(len(passages))]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"retrieval.rerank: {url} gives no scores: {type(error).__name__}: {error}") from None

    return scores
