"""What each method of retrieval finds, and how fast and in how much memory passages are found at scale.

    python -m benchmarks.retrieval [--sets tidewell ...] [--chunks 20000] [--questions 1000]

First table: gold documents found / questions with a passage of one that tells an accepted answer (or, where the answer
stands in none to the letter, with any passage of one), on the test questions of bundled sets and of folders that are
named, with their own chunks and top k. Second: the right document among four passages of drawn corpora, each of a kind
on which words or vectors fail. Third: an index of so many passages of drawn words with drawn vectors (embedding is left
out, being the same for everybody), and questions answered from it in one batch, against LlamaIndex's own retriever on
the same Chroma collection, one question at a time as its query engine does it, and bm25s alone.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.kinds_of_codes import Kind
from benchmarks.retrieval_kinds import KINDS
from eval.config import Retrieval
from eval.data.bundled import BUNDLED
from eval.data.dataset import load_dataset
from eval.metrics.retrieval import recall
from rag.embed import load_embedder
from rag.index import build_index
from rag.lexical.terms import terms
from rag.readers.documents import Document
from rag.retrieve import make_retriever
from rag.retrievers.retriever import Opened
from rag.tuning.development import needs

METHODS = ("dense", "bm25", "hybrid")
LARGE = Retrieval(top_k=4, chunk_tokens=256, overlap_tokens=32)
"""Besides its own settings, for the set whose own passages are short."""
SETS = ("tidewell", "harrowmere", "wayfarer", "ondermoor", "greywick")
WORDS = 120
"""In a drawn passage."""
SIZE = 384


def quality(names: Sequence[str], embedder: Any) -> None:
    """Print the first table: of bundled sets by name, of others by their folder."""
    print(f"{'set':<28}{'questions':>10}{'passages':>10}" + "".join(f"{m:>16}" for m in METHODS))
    for name in names:
        data = load_dataset(Path(name) if Path(name).is_dir() else BUNDLED / name)
        asked = needs([e for e in data.test if e.answerable and e.documents], data.texts)
        own = data.config.retrieval
        for settings in (own, *([LARGE] if name == "tidewell" else [])):
            with tempfile.TemporaryDirectory() as folder:
                index = build_index(data.texts, embedder, settings, Path(folder), lambda n: None)
                cells = []
                for method in METHODS:
                    chosen = settings.model_copy(update={"method": method})
                    retriever = make_retriever(Opened(index.store, index.words, embedder, chosen, data.gold))
                    found = retriever.retrieve([q.example.question for q in asked])
                    pairs = list(zip(asked, found, strict=True))
                    documents = np.mean([recall([p.document for p in f], q.example.documents) for q, f in pairs])
                    cells.append(f"{documents:>9.3f} / {np.mean([q.held_by(f) for q, f in pairs]):.2f}")
            called = f"{Path(name).name}, {settings.chunk_tokens} tokens"
            print(f"{called:<28}{len(asked):>10}{settings.top_k:>10}" + "".join(f"{c:>16}" for c in cells), flush=True)


def by_kind(embedder: Any, kinds: Mapping[str, Callable[[], Kind]] = KINDS) -> dict[str, dict[str, float]]:
    """For each kind of corpus and each method the share of questions with the right document among four passages."""
    found = {}
    for name, make in kinds.items():
        texts, asked = make()
        documents = [Document(i, text, text.partition("\n")[0].strip("# ")) for i, text in texts.items()]
        with tempfile.TemporaryDirectory() as folder:
            index = build_index(documents, embedder, Retrieval(), Path(folder), lambda n: None)
            shares = {}
            for method in METHODS:
                opened = Opened(index.store, index.words, embedder, Retrieval(method=method))
                passages = make_retriever(opened).retrieve([question for question, _ in asked])
                right = [any(p.document == gold for p in f) for f, (_, gold) in zip(passages, asked, strict=True)]
                shares[method] = float(np.mean(right))
        print(f"{name:<28}{len(asked):>10}{4:>10}" + "".join(f"{shares[m]:>16.3f}" for m in METHODS), flush=True)
        found[name] = shares
    return found


class Drawn:
    """An embedder whose vectors are drawn by a text's checksum."""

    fingerprint, batch_size, max_tokens = "drawn", 64, 256
    tokenizer = type("Words", (), {"unk_token_id": -1, "__len__": lambda self: 1})()

    def tokens(self, text: str) -> list[str]:
        """Words."""
        return text.split()

    def embed_documents(self, texts: Sequence[str]) -> Any:
        """Unit vectors, shape (texts, SIZE)."""
        found = np.stack([
            np.random.default_rng(zlib.crc32(t.encode())).standard_normal(SIZE, dtype=np.float32) for t in texts
        ])  # fmt: skip
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    embed_questions = embed_documents


def drawn_documents(count: int) -> list[Document]:
    """Documents of one passage each, of words that are as frequent as in real text (Zipf)."""
    draw = np.random.default_rng(0)
    ranks = np.minimum(draw.zipf(1.3, size=(count, WORDS)), 200_000)
    return [Document(f"d{i:07}.md", " ".join(f"w{r}" for r in row), "") for i, row in enumerate(ranks)]


def scale(chunks: int, questions: int) -> None:
    """Print the third table."""
    documents, embedder = drawn_documents(chunks), Drawn()
    draw = random.Random(0)
    asked = [" ".join(draw.sample(draw.choice(documents).text.split(), 8)) + f" q{i}" for i in range(questions)]
    settings = Retrieval(top_k=4)
    with tempfile.TemporaryDirectory() as folder:
        opened: Any = None
        for kind in ("built", "opened again, nothing changed", "opened again, one document changed"):
            if kind.endswith("one document changed"):
                documents[0] = Document(documents[0].id, documents[0].text + " changed", "")
            start = time.perf_counter()
            index = build_index(documents, embedder, settings, Path(folder), lambda n: None)  # type: ignore[arg-type]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{kind}: {index.chunks} passages in {time.perf_counter() - start:.1f} s, peak {peak:.0f} MB",
                flush=True,
            )
            opened = index
        seconds = {}
        for method in METHODS:
            made = make_retriever(
                Opened(opened.store, opened.words, embedder, settings.model_copy(update={"method": method}))  # type: ignore[arg-type]
            )
            made.retrieve(asked[:1])  # reads what is read once
            start = time.perf_counter()
            made.retrieve(asked)
            seconds[method] = time.perf_counter() - start
        seconds |= others(opened, documents, asked, embedder)
    for name, rival in (("dense", "LlamaIndex"), ("bm25", "bm25s alone"), ("hybrid", "LlamaIndex")):
        ours, theirs = questions / seconds[name], questions / seconds[rival]
        print(f"{name:<8}{ours:>9.0f} questions/s{rival:>14}{theirs:>9.0f} questions/s   ratio {ours / theirs:.1f}x")


def others(opened: Any, documents: Sequence[Document], asked: Sequence[str], embedder: Drawn) -> dict[str, float]:
    """Seconds that the same questions take with LlamaIndex's retriever, and with bm25s, each question by itself."""
    import bm25s
    from llama_index.core import VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding

    class Embedding(BaseEmbedding):  # type: ignore[misc]
        def _get_query_embedding(self, query: str) -> list[float]:
            return list(map(float, embedder.embed_questions([query])[0]))

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_query_embedding(text)

    index = VectorStoreIndex.from_vector_store(opened.store._nodes, embed_model=Embedding())
    theirs = index.as_retriever(similarity_top_k=4)
    start = time.perf_counter()
    for question in asked:
        theirs.retrieve(question)
    found = {"LlamaIndex": time.perf_counter() - start}
    model = bm25s.BM25()
    model.index([terms(d.text) for d in documents], show_progress=False)
    start = time.perf_counter()
    for question in asked:
        model.retrieve([terms(question)], k=4, show_progress=False)
    return found | {"bm25s alone": time.perf_counter() - start}


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--chunks", type=int, default=20_000)
    parser.add_argument("--questions", type=int, default=1000)
    given = parser.parse_args()
    embedder = load_embedder("all-minilm-l6-v2")
    quality(given.sets, embedder)
    by_kind(embedder)
    scale(given.chunks, given.questions)


if __name__ == "__main__":
    main()
