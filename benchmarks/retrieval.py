"""What each method of retrieval finds, and how fast passages are found at scale.

    python -m benchmarks.retrieval [--sets tidewell FOLDER ...] [--kinds Korean ...] [--chunks 20000] [--again]

Gold documents found / questions with a passage of one that tells an accepted answer (or, where the answer stands in
none to the letter, with any passage of one): on the test questions of bundled sets and of folders that are named, with
their own chunks and top k. Then the right document among four passages of drawn corpora, each of a kind on which words
or vectors fail; then speed (`benchmarks.retrieval_scale`). Each row is kept once it is measured, so that what was
interrupted goes on; one table with the ratios ends it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.kinds_of_codes import Kind
from benchmarks.retrieval_kinds import KINDS
from benchmarks.retrieval_scale import METHODS, scale, show
from eval.config import Retrieval
from eval.data.bundled import BUNDLED
from eval.data.dataset import Dataset, load_dataset
from eval.files import fingerprint, read_json, write_json
from eval.metrics.retrieval import recall
from rag.embed import load_embedder
from rag.index import FORMAT, build_index
from rag.lexical.terms import terms_version
from rag.readers.documents import Document
from rag.retrieve import make_retriever
from rag.retrievers.hybrid import FUSION
from rag.retrievers.retriever import Opened
from rag.tuning.development import needs

LARGE = Retrieval(top_k=4, chunk_tokens=256, overlap_tokens=32)
"""Besides its own settings, for the set whose own passages are short."""
SETS = ("tidewell", "harrowmere", "wayfarer", "ondermoor", "greywick")
KEPT = Path("build") / "retrieval.json"


class Rows:
    """Measured rows in a file, each under what it depends on."""

    def __init__(self, file: Path, *, again: bool) -> None:
        self._file, self._all = file, dict(read_json(file)) if file.is_file() and not again else {}

    def get(self, parts: Sequence[Any], measure: Callable[[], list[Any]]) -> list[Any]:
        """The row of these parts, measured where it is not known yet."""
        key = fingerprint(*parts, FORMAT, FUSION, terms_version())
        if key not in self._all:
            self._all[key] = measure()
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._file, self._all)
        print(*self._all[key], flush=True)
        return list(self._all[key])


def quality(data: Dataset, settings: Retrieval, embedder: Any) -> list[Any]:
    """A row of a data set: its name, numbers of questions and passages, then both shares by method."""
    asked = needs([e for e in data.test if e.answerable and e.documents], data.texts)
    row: list[Any] = [f"{data.path.name}, {settings.chunk_tokens} tokens", len(asked), settings.top_k]
    with tempfile.TemporaryDirectory() as folder:
        index = build_index(data.texts, embedder, settings, Path(folder), lambda n: None)
        for method in METHODS:
            chosen = settings.model_copy(update={"method": method})
            retriever = make_retriever(Opened(index.store, index.words, embedder, chosen, data.gold))
            found = retriever.retrieve([q.example.question for q in asked])
            pairs = list(zip(asked, found, strict=True))
            documents = np.mean([recall([p.document for p in f], q.example.documents) for q, f in pairs])
            row.append([float(documents), float(np.mean([q.held_by(f) for q, f in pairs]))])
    return row


def by_kind(embedder: Any, kinds: Mapping[str, Callable[[], Kind]] = KINDS) -> dict[str, dict[str, float]]:
    """For each kind of corpus and each method the share of questions with the right document among four passages."""
    return {name: dict(zip(METHODS, kind(name, make, embedder)[3:], strict=True)) for name, make in kinds.items()}


def kind(name: str, make: Callable[[], Kind], embedder: Any) -> list[Any]:
    """A row of a kind of corpus: its name, numbers of questions and passages, then the share by method."""
    texts, asked = make()
    documents = [Document(i, text, text.partition("\n")[0].strip("# ")) for i, text in texts.items()]
    row: list[Any] = [name, len(asked), Retrieval().top_k]
    with tempfile.TemporaryDirectory() as folder:
        index = build_index(documents, embedder, Retrieval(), Path(folder), lambda n: None)
        for method in METHODS:
            opened = Opened(index.store, index.words, embedder, Retrieval(method=method))
            passages = make_retriever(opened).retrieve([question for question, _ in asked])
            right = [any(p.document == gold for p in f) for f, (_, gold) in zip(passages, asked, strict=True)]
            row.append(float(np.mean(right)))
    return row


def shown(row: Sequence[Any]) -> list[str]:
    """A row as it is printed, with the default's share as ratios to dense and to the better of both halves."""
    cells = [cell if isinstance(cell, list) else [cell] for cell in row[3:]]
    dense, bm25, hybrid = (cell[0] for cell in cells)
    texts = [" / ".join(f"{value:.3f}" for value in cell) for cell in cells]
    ratios = [f"{hybrid / other:.2f}x" if other else "-" for other in (dense, max(dense, bm25))]
    return [str(row[0]), str(row[1]), str(row[2]), *texts, *ratios]


def main() -> None:
    """Measure what is not known yet, and print all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--chunks", type=int, default=20_000, help="0: no speed")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--kept", type=Path, default=KEPT, help="where rows are kept")
    parser.add_argument("--again", action="store_true", help="measure what is kept, too")
    given = parser.parse_args()
    embedder, kept, rows = load_embedder("all-minilm-l6-v2"), Rows(given.kept, again=given.again), []
    for name in given.sets:
        data = load_dataset(Path(name) if Path(name).is_dir() else BUNDLED / name)
        for settings in (data.config.retrieval, *([LARGE] if name == "tidewell" else [])):
            parts = ("set", data.digests, data.corpus_digest, settings.model_dump(), embedder.fingerprint)
            rows.append(kept.get(parts, lambda data=data, settings=settings: quality(data, settings, embedder)))  # type: ignore[misc]
    for name in given.kinds:
        of_kind = ("kind", name, KINDS[name](), embedder.fingerprint)
        rows.append(kept.get(of_kind, lambda name=name: kind(name, KINDS[name], embedder)))  # type: ignore[misc]
    if given.chunks:
        scale(given.chunks, given.questions)
    show(["corpus", "questions", "passages", *METHODS, "hybrid / dense", "hybrid / better"], [shown(r) for r in rows])


if __name__ == "__main__":
    main()
