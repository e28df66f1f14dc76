"""The corpus as vectors and words on disk, brought up to date by touching only what changed.

`manifest.json` names what the index was built with and, for each document whose chunks are all in, its digest and
their number. An entry is written after the chunks and taken out before they are, so a process may die anywhere: chunks
without a matching entry are deleted, and their documents embedded again, by the next call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.config import Retrieval
from eval.files import fingerprint, read_json, write_json
from rag.chunk import Chunk, Chunker
from rag.lexical.terms import terms_version
from rag.lexical.word_index import TermStore, WordIndex, open_word_index
from rag.readers.documents import Document
from rag.retrievers.placed import PlaceStore
from rag.stores import chroma as _chroma  # noqa: F401 - registers itself
from rag.stores import milvus as _milvus  # noqa: F401
from rag.stores import qdrant as _qdrant  # noqa: F401
from rag.stores.store import Entry, VectorStore, open_store

if TYPE_CHECKING:
    from rag.embed import Embedder

FORMAT = 4
"""Raised whenever the same documents and settings would give other chunks or vectors."""

LIBRARIES = ("llama-index-core", "sentence-transformers", "transformers", "torch")

BATCHES = 32
"""Documents are written in groups of about this many batches of the embedder: what an interruption can cost."""

ENTRIES = 1000
"""Passages that are embedded and written at once."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index that is up to date, and what bringing it there took."""

    store: VectorStore
    words: WordIndex
    places: PlaceStore
    added: int
    changed: int
    removed: int
    kept: int
    """Numbers of documents."""
    chunks: int
    seconds: float


Manifest = dict[str, Any]


def build_index(
    documents: Sequence[Document],
    embedder: Embedder,
    retrieval: Retrieval,
    folder: Path,
    advance: Callable[[int], object],
) -> Index:
    """Bring the index in `folder` to exactly `documents`; calls `advance(n)` as documents are done.

    Another embedder, other chunk settings or other library versions build it anew.
    """
    start = time.perf_counter()
    chunker = Chunker(embedder, retrieval)
    identity = fingerprint(
        FORMAT, embedder.fingerprint, embedder.batch_size, chunker.limit, chunker.overlap,
        [metadata.version(name) for name in LIBRARIES], *([chunker.context] if chunker.context else []),
    )  # fmt: skip
    manifest = _read_manifest(folder, identity)
    store = open_store(retrieval.store, folder, identity, retrieval.store_url)
    terms = TermStore(folder / f"terms-{fingerprint(identity, terms_version())}.sqlite")
    places = PlaceStore(folder / f"places-{identity}.sqlite")
    digests = {d.id: fingerprint(d.title, d.text, d.marks) for d in documents}
    before = set(manifest["documents"])
    kept = _drop_stale(folder, manifest, store, terms, digests)
    advance(len(kept))
    todo = [d for d in documents if d.id not in kept]
    for group in _groups(todo, chunker, BATCHES * embedder.batch_size):
        chunks_of_group = [chunk for _, chunks in group for chunk in chunks]
        places.upsert([(c.document, c.position, c.place, c.headings) for c in chunks_of_group])
        _insert(store, embedder, chunks_of_group, terms)
        for document, chunks in group:
            manifest["documents"][document.id] = [digests[document.id], len(chunks)]
        write_json(folder / "manifest.json", manifest)
        advance(len(group))
    changed = sum(d.id in before for d in todo)
    words = open_word_index(folder / "bm25", terms, fingerprint(terms_version(), manifest))
    return Index(
        store, words, places, added=len(todo) - changed, changed=changed, removed=len(before - set(digests)),
        kept=len(kept), chunks=len(store), seconds=time.perf_counter() - start,
    )  # fmt: skip


def read_index(folder: Path, retrieval: Retrieval) -> tuple[VectorStore, WordIndex, PlaceStore]:
    """The store, the words and the places of an index as `build_index` left it in `folder`."""
    manifest = read_json(folder / "manifest.json")
    identity = manifest["identity"]
    terms = TermStore(folder / f"terms-{fingerprint(identity, terms_version())}.sqlite")
    words = open_word_index(folder / "bm25", terms, fingerprint(terms_version(), manifest))
    store = open_store(retrieval.store, folder, identity, retrieval.store_url)
    return store, words, PlaceStore(folder / f"places-{identity}.sqlite")


def _read_manifest(folder: Path, identity: str) -> Manifest:
    file = folder / "manifest.json"
    if file.is_file() and (manifest := read_json(file))["identity"] == identity:
        return dict(manifest)
    manifest = {"identity": identity, "documents": {}}
    write_json(file, manifest)
    return manifest


def _drop_stale(
    folder: Path, manifest: Manifest, store: VectorStore, terms: TermStore, digests: dict[str, str]
) -> set[str]:
    """Take out what is not exactly a current document's; returns the documents that stay."""
    held, worded = store.held(), terms.held()
    entries = manifest["documents"]
    kept = {d for d, digest in digests.items() if entries.get(d) == [digest, held[d]] == [digest, worded[d]]}
    if set(entries) - kept:
        manifest["documents"] = {d: entry for d, entry in entries.items() if d in kept}
        write_json(folder / "manifest.json", manifest)
    store.delete(sorted(set(held) - kept))
    terms.delete(sorted(set(worded) - kept))
    return kept


def _groups(documents: Sequence[Document], chunker: Chunker, size: int) -> Iterator[list[tuple[Document, list[Chunk]]]]:
    """Documents with their chunks, in groups of at least `size` chunks but the last."""
    group: list[tuple[Document, list[Chunk]]] = []
    held = 0
    for document in documents:
        group.append((document, chunker.chunk(document)))
        held += len(group[-1][1])
        if held >= size:
            yield group
            group, held = [], 0
    if group:
        yield group


def _insert(store: VectorStore, embedder: Embedder, chunks: Sequence[Chunk], terms: TermStore) -> None:
    for start in range(0, len(chunks), ENTRIES):
        piece = chunks[start : start + ENTRIES]
        vectors = embedder.embed_documents([c.embedded for c in piece])
        store.upsert([
            Entry(c.document, c.position, c.text, vector.tolist()) for c, vector in zip(piece, vectors, strict=True)
        ])  # fmt: skip
        terms.upsert([(c.document, c.position, c.embedded) for c in piece])
