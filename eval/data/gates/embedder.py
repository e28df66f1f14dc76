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
    from rag.embed import Embedder
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
    texts = [text for _, _, text in retriever.contents()]
    loaded = getattr(retriever, "embedder", None)
    return [*_language(dataset, embedder, texts, loaded), *_recall(dataset, retriever, embedder)]


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


def _language(dataset: Dataset, embedder: str, texts: Sequence[str], loaded: Embedder | None = None) -> list[Finding]:
    """A warning where the corpus is in a language or script that the embedder does not know."""
    language = dataset.config.language.casefold().split("-")[0]
    sample = "".join(texts)[:100_000]
    script, foreign = _script(sample), language not in ("en", "english")
    unread = loaded is not None and bool(sample) and not _reads(loaded, sample)
    if not unread and (embedder != DEFAULT_EMBEDDER or not (foreign or script)):
        return []
    named = f"language '{dataset.config.language}'" if foreign else f"{script} script"
    why = "was trained on English alone" if embedder == DEFAULT_EMBEDDER else "does not know that script"
    return [
        Finding(
            RETRIEVAL, "warning",
            f"the corpus is in {named}, and the embedder {embedder} {why}, {_effect(dataset, script)}; name one that "
            f"knows the language with --embedder, {SUGGESTED}",
            str(dataset.corpus),
        )
    ]  # fmt: skip


def _reads(embedder: Embedder, text: str) -> bool:
    from rag.languages import reads

    return reads(embedder, text[:10_000])


def _effect(dataset: Dataset, script: str) -> str:
    """What an embedder that does not know the language does to the run."""
    method = dataset.config.retrieval.method
    if method == "bm25":
        return "which matters little where passages are found by words alone"
    if method == "hybrid" and script:
        return "so that questions in it are left to word search alone"
    if method == "hybrid":
        return "so that retrieval rests mostly on word search"
    return "so that modes with retrieval look worse than they are; set retrieval.method to hybrid"


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
    found, lexical, k = [], [], dataset.config.retrieval.top_k
    for example, passages in zip(asked, retriever.retrieve([e.question for e in asked]), strict=True):
        found.append(_found(example, {p.document for p in passages}))
        lexical.append(_found(example, {rows[i][0] for i in words.nearest(example.question, k)}))
    better = sum(b > a for a, b in zip(found, lexical, strict=True))
    worse = sum(b < a for a, b in zip(found, lexical, strict=True))
    mine, other = sum(found) / len(asked), sum(lexical) / len(asked)
    if other - mine < WORSE or _sign_test(better, worse) > LEVEL:
        return []
    return [
        Finding(
            RETRIEVAL, "warning",
            f"{_searched(dataset, embedder)} brings {percent(mine)} of the gold documents of {len(asked)} training "
            f"questions among {k} passages, plain word search (BM25) {percent(other)}: modes with retrieval look "
            "worse than they could be, as where questions name numbers or codes; set retrieval.method to hybrid or "
            f"bm25, name another embedder with --embedder, {SUGGESTED}, or raise retrieval.top_k",
            str(dataset.path / "train.jsonl"),
        )
    ]  # fmt: skip


def _searched(dataset: Dataset, embedder: str) -> str:
    method = dataset.config.retrieval.method
    return f"the embedder {embedder}" if method == "dense" else f"{method} retrieval"


def _found(example: Example, documents: set[str]) -> float:
    gold = set(example.documents)
    return len(gold & documents) / len(gold)


def _sign_test(better: int, worse: int) -> float:
    """The chance of `better` or more of the questions that differ, were both directions equally likely."""
    n = better + worse
    return float(sum(comb(n, i) for i in range(better, n + 1)) / 2**n)
