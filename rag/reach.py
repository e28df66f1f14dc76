"""How far retrieval gets for each question: in the corpus, in a chunk, at which rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.metrics.retrieval import tells
from eval.records import Example, Passage
from rag.readers.documents import Document
from rag.retrievers.retriever import Retriever

DEPTH = 50
"""So many passages are looked through; settings that find an answer below are no matter of tuning."""
RULER = 2
"""Raised whenever other passages would hold an answer than before."""


def reach(examples: Sequence[Example], documents: Sequence[Document], retriever: Retriever, depth: int = DEPTH) -> Any:
    """{depth, questions: {id: {literal, corpus, chunk, rank}}} of the answerable questions.

    An answer counts where it stands in a gold document, or in any where the question names none. Where it stands in no
    document to the letter (`literal` is false), finding a gold document is what counts. `rank` is that of the first
    passage that holds the answer, from 1; None: not among `depth`. A retriever that cannot be asked for more than its
    own `top_k` is looked through that far.
    """
    texts = {d.id: d.text for d in documents}
    chunks: dict[str, list[str]] = {}
    for document, _, text in retriever.contents():
        chunks.setdefault(document, []).append(text)
    asked = [e for e in examples if e.answerable and e.answers]
    ranked = getattr(retriever, "ranked", None)
    questions = [e.question for e in asked]
    found = ranked(questions, depth) if ranked else retriever.retrieve(questions)
    known = {e.id: _question(e, texts, chunks, passages) for e, passages in zip(asked, found, strict=True)}
    return {"depth": depth if ranked else max((len(f) for f in found), default=0), "questions": known}


def _question(
    example: Example, texts: dict[str, str], chunks: dict[str, list[str]], passages: Sequence[Passage]
) -> dict[str, Any]:
    own = [d for d in example.documents if d in texts] or ([] if example.documents else list(texts))
    literal = any(tells(texts[d], example.answers) for d in own)
    chunk = any(tells(text, example.answers) for d in own for text in chunks.get(d, ())) if literal else bool(own)
    right = [
        rank for rank, p in enumerate(passages, 1)
        if p.document in set(own) and (not literal or tells(p.text, example.answers))
    ] if literal or example.documents else []  # fmt: skip
    corpus = literal or bool(own and example.documents)
    return {"literal": literal, "corpus": corpus, "chunk": chunk and corpus, "rank": right[0] if right else None}
