"""A corpus ready to be asked: its index brought up to date, and the retriever that the settings name."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.config import Retrieval
from eval.files import write_json
from eval.terminal.progress import track
from rag.embed import Embedder, load_embedder
from rag.index import Index, build_index, read_index
from rag.readers.documents import Document
from rag.retrievers import bm25 as _bm25  # noqa: F401 - registers itself
from rag.retrievers import dense as _dense  # noqa: F401
from rag.retrievers import hybrid as _hybrid  # noqa: F401
from rag.retrievers.placed import PlacedRetriever
from rag.retrievers.retriever import RETRIEVERS, Opened, Retriever
from rag.stores.store import STORES

__all__ = ["RETRIEVERS", "STORES", "open_retriever"]


def open_retriever(
    documents: Sequence[Document], embedder: str, retrieval: Retrieval, run: Path, preferred: Collection[str] = ()
) -> tuple[Retriever, Index]:
    """Bring the index in a run folder up to date with the documents, and open it; what changed is noted in index.json.

    Of documents with one text the `preferred` ones are found: those that rows name as gold.
    """
    with track("indexing", len(documents), unit=" documents") as advance:
        model = load_embedder(embedder)
        start, work = time.perf_counter(), model.clock()
        index = build_index(documents, model, retrieval, run / "index", advance)
    if index.added or index.changed or index.removed or not (run / "index.json").is_file():
        note: dict[str, Any] = {"seconds": round(time.perf_counter() - start, 3), "work": round(work.lap(), 3)}
        note |= {"added": index.added, "changed": index.changed, "removed": index.removed, "kept": index.kept}
        write_json(run / "index.json", note)
    opened = Opened(index.store, index.words, model, retrieval, preferred)
    return PlacedRetriever(make_retriever(opened), index.places), index


def open_there(folder: Path, embedder: Embedder, retrieval: Retrieval, preferred: Collection[str]) -> Retriever:
    """The retriever over an index that is in `folder` as `build_index` left it; no document is read."""
    store, words, places = read_index(folder, retrieval)
    return PlacedRetriever(make_retriever(Opened(store, words, embedder, retrieval, preferred)), places)


def make_retriever(opened: Opened) -> Retriever:
    """The retriever that the settings name: a registered one, or one of the user's own as `module:factory`."""
    settings = opened.settings
    if ":" not in settings.method:
        return RETRIEVERS[settings.method](opened)
    from rag.retrievers.factory import open_factory

    ours = RETRIEVERS["hybrid"](replace(opened, settings=settings.model_copy(update={"method": "hybrid"})))
    return open_factory(settings.method, ours, settings.top_k)
