"""How fast passages are found at scale, how long an index takes to build, and in how much memory.

    python -m benchmarks.retrieval_scale [--chunks 100000] [--questions 200] [--folder FOLDER]

An index of so many passages of drawn words with drawn vectors: embedding is left out, being the same for everybody and
many times as long as all else. Questions are answered from it in one batch, and one by one; against LlamaIndex's own
retriever on the same Chroma collection, Chroma's own query, and bm25s alone, each question by itself as their users
have it. A folder that is named keeps the index, so that a build that was interrupted goes on.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from eval.config import Retrieval
from rag.index import Index, build_index
from rag.lexical.terms import terms
from rag.readers.documents import Document
from rag.retrieve import make_retriever
from rag.retrievers.retriever import Opened

METHODS = ("dense", "bm25", "hybrid")
WORDS = 120
"""In a drawn passage."""
SIZE = 384
RIVALS = {
    "dense": ("Chroma's query", "LlamaIndex"),
    "bm25": ("bm25s alone",),
    "hybrid": ("Chroma's query", "LlamaIndex"),
}


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


def scale(chunks: int, questions: int, folder: Path | None = None) -> list[list[str]]:
    """Build, ask and compare; the rows of the table, which is printed, too."""
    documents, embedder = drawn_documents(chunks), Drawn()
    draw = random.Random(0)
    asked = [" ".join(draw.sample(draw.choice(documents).text.split(), 8)) + f" q{i}" for i in range(questions)]
    settings = Retrieval(top_k=4)
    with nullcontext(str(folder)) if folder else tempfile.TemporaryDirectory() as at:
        for kind in ("built", "opened again, nothing changed", "opened again, one document changed"):
            if kind.endswith("one document changed"):
                documents[0] = Document(documents[0].id, documents[0].text + " changed", "")
            start, work = time.perf_counter(), time.process_time()
            opened = build_index(documents, embedder, settings, Path(at), lambda n: None)  # type: ignore[arg-type]
            print(
                f"{kind}: {opened.chunks} passages ({opened.added} new) in {time.perf_counter() - start:.1f} s "
                f"({time.process_time() - work:.1f} s of processor), peak {_peak():.0f} MB", flush=True,
            )  # fmt: skip
        batch, single = ours(opened, settings, asked, embedder)
        theirs = others(opened, documents, asked, embedder)
    rows = []
    for method in METHODS:
        for rival in RIVALS[method]:
            rows.append([method, f"{batch[method]:.1f}", f"{single[method]:.1f}", rival, f"{theirs[rival]:.1f}",
                         f"{theirs[rival] / single[method]:.2f}x"])  # fmt: skip
    show(["method", "ms in a batch", "ms one by one", "against", "ms", "ratio"], rows)
    print(f"peak {_peak():.0f} MB")
    return rows


def show(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    for row in (head, *rows):
        print("  ".join(cell.ljust(widths[0]) if i == 0 else cell.rjust(widths[i]) for i, cell in enumerate(row)))


def ours(
    opened: Index, settings: Retrieval, asked: Sequence[str], embedder: Drawn
) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds a question by method: all in one batch, and one by one."""
    batch, single = {}, {}
    for method in METHODS:
        chosen = settings.model_copy(update={"method": method})
        start = time.perf_counter()
        made = make_retriever(Opened(opened.store, opened.words, embedder, chosen))  # type: ignore[arg-type]
        made.retrieve(["first"])  # reads what is read once
        print(f"{method}: ready in {time.perf_counter() - start:.1f} s, peak {_peak():.0f} MB", flush=True)
        batch[method] = _milliseconds(lambda made=made: made.retrieve(asked), len(asked))  # type: ignore[misc]
        again = [f"{q} again" for q in asked]  # nothing of them is known yet
        single[method] = _milliseconds(lambda made=made, again=again: [made.retrieve([q]) for q in again], len(asked))  # type: ignore[misc]
    return batch, single


def others(opened: Any, documents: Sequence[Document], asked: Sequence[str], embedder: Drawn) -> dict[str, float]:
    """Milliseconds a question of LlamaIndex's retriever, Chroma's query and bm25s."""
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
    retriever, collection = index.as_retriever(similarity_top_k=4), opened.store._collection
    model = bm25s.BM25()
    model.index([terms(d.text) for d in documents], show_progress=False)

    def vector(question: str) -> list[float]:
        return list(map(float, embedder.embed_questions([question])[0]))

    ask: dict[str, Callable[[str], Any]] = {
        "LlamaIndex": retriever.retrieve,
        "Chroma's query": lambda q: collection.query(query_embeddings=[vector(q)], n_results=4),
        "bm25s alone": lambda q: model.retrieve([terms(q)], k=4, show_progress=False),
    }
    return {
        name: _milliseconds(lambda one=one: [one(q) for q in asked], len(asked))  # type: ignore[misc]
        for name, one in ask.items()
    }


def _milliseconds(run: Callable[[], Any], count: int) -> float:
    start = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - start) / count


def _peak() -> float:
    """Of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    scale(given.chunks, given.questions, given.folder)


if __name__ == "__main__":
    main()
