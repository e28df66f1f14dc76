"""The gate that needs the embedder: does it know the corpus's language, and find what plain word search finds?"""

from __future__ import annotations

import random
import tempfile
import unicodedata
from collections.abc import Sequence
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING

from eval.config import DEFAULT_EMBEDDER
from eval.data.dataset import Dataset
from eval.data.gates.gate import RETRIEVAL, Finding, percent
from eval.errors import UserError
from eval.records import Example

if TYPE_CHECKING:
    from rag.retrievers.retriever import Retriever

SAMPLE = 100
"""Training questions that are asked."""
LARGE_CORPUS = 100_000
"""Documents of more bytes are not embedded for a check that should take seconds."""
WORSE = 0.1
"""By so much more of the gold documents word search must find."""
LEVEL = 0.05
FOREIGN = 0.3
"""A corpus is in another script when so many of its letters are."""
SUGGESTED = "such as intfloat/multilingual-e5-small or BAAI/bge-m3"


def retrieval_findings(dataset: Dataset, retriever: Retriever, embedder: str) -> list[Finding]:
    """Warnings about the embedder, from the language of the corpus and from the training questions' gold documents.

    Recall is the share of gold documents among the `top_k` passages; word search (BM25) is given the same passages.
    """
    rows = retriever.contents()
    return [*_language(dataset, embedder, [text for _, _, text in rows]), *_recall(dataset, retriever, embedder)]


def check_retrieval(dataset: Dataset, embedder: str) -> list[Finding]:
    """`retrieval_findings` on an index that is thrown away; for a large corpus the language alone. Writes nothing."""
    if not dataset.documents:
        return []
    texts = [d.text for d in dataset.texts]
    if sum(len(text.encode()) for text in texts) > LARGE_CORPUS:
        note = "not checked what the embedder finds: the corpus is large; `evaluate` checks it when it has its index"
        return [*_language(dataset, embedder, texts), Finding(RETRIEVAL, "note", note, str(dataset.corpus))]
    from rag.retrieve import open_retriever

    try:
        with tempfile.TemporaryDirectory() as folder:
            retriever, _ = open_retriever(dataset.texts, embedder, dataset.config.retrieval, Path(folder), dataset.gold)
            return retrieval_findings(dataset, retriever, embedder)
    except UserError as error:
        return [
            *_language(dataset, embedder, texts),
            Finding(RETRIEVAL, "note", f"not checked what the embedder finds: {error}", str(dataset.corpus)),
        ]


def _language(dataset: Dataset, embedder: str, texts: Sequence[str]) -> list[Finding]:
    language = dataset.config.language.casefold().split("-")[0]
    script = _script("".join(texts)[:100_000])
    if embedder != DEFAULT_EMBEDDER or (language in ("en", "english") and not script):
        return []
    named = f"language '{dataset.config.language}'" if language not in ("en", "english") else f"{script} script"
    return [
        Finding(
            RETRIEVAL, "warning",
            f"the corpus is in {named}, and the embedder {embedder} was trained on English alone, so that modes with "
            f"retrieval look worse than they are; name one that knows the language with --embedder, {SUGGESTED}",
            str(dataset.corpus),
        )
    ]  # fmt: skip


def _script(text: str) -> str:
    """The name of the script that most letters outside of Latin are in, where they are FOREIGN of all; else empty."""
    names: dict[str, int] = {}
    for sign in text:
        if sign.isalpha():
            name = unicodedata.name(sign, "?").split()[0]
            names[name] = names.get(name, 0) + 1
    foreign = {name: n for name, n in names.items() if name != "LATIN"}
    if sum(foreign.values()) <= FOREIGN * sum(names.values()) or not foreign:
        return ""
    most = max(foreign, key=foreign.__getitem__)
    return {"CJK": "Chinese"}.get(most, most.capitalize())


def _recall(dataset: Dataset, retriever: Retriever, embedder: str) -> list[Finding]:
    from rag.lexical.terms import terms
    from rag.lexical.word_index import WordIndex

    asked = [e for e in (*dataset.train, *dataset.dev) if e.documents and e.answerable]
    asked = random.Random("retrieval-0").sample(asked, min(SAMPLE, len(asked)))
    if not asked:
        return []
    rows = retriever.contents()
    words = WordIndex.of([terms(text) for _, _, text in rows])
    dense, lexical, k = [], [], dataset.config.retrieval.top_k
    for example, passages in zip(asked, retriever.retrieve([e.question for e in asked]), strict=True):
        dense.append(_found(example, {p.document for p in passages}))
        lexical.append(_found(example, {rows[i][0] for i in words.nearest(example.question, k)}))
    better = sum(b > a for a, b in zip(dense, lexical, strict=True))
    worse = sum(b < a for a, b in zip(dense, lexical, strict=True))
    mine, other = sum(dense) / len(asked), sum(lexical) / len(asked)
    if other - mine < WORSE or _sign_test(better, worse) > LEVEL:
        return []
    return [
        Finding(
            RETRIEVAL, "warning",
            f"the embedder {embedder} brings {percent(mine)} of the gold documents of {len(asked)} training questions "
            f"among {k} passages, plain word search (BM25) {percent(other)}: modes with retrieval look "
            "worse than they could be, as where questions name numbers or codes; name another one with --embedder, "
            f"{SUGGESTED}, or raise retrieval.top_k",
            str(dataset.path / "train.jsonl"),
        )
    ]  # fmt: skip


def _found(example: Example, documents: set[str]) -> float:
    gold = set(example.documents)
    return len(gold & documents) / len(gold)


def _sign_test(better: int, worse: int) -> float:
    """The chance of `better` or more of the questions that differ, were both directions equally likely."""
    n = better + worse
    return float(sum(comb(n, i) for i in range(better, n + 1)) / 2**n)
