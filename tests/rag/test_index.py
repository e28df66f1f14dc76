from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.config import Retrieval
from eval.records import Passage
from rag.index import Index, build_index
from rag.readers.documents import Document
from rag.retrievers.dense import DenseRetriever

pytestmark = pytest.mark.component

SETTINGS = Retrieval(top_k=5, chunk_tokens=40, overlap_tokens=8)
QUESTIONS = ["How deep is the harbour of Arvik?", "Who is on duty?", "Which harbour has 24 berths?", "What is a buoy?"]


def corpus(count: int = 12, *, depth: int = 3) -> list[Document]:
    """Near-duplicate documents of three chunks each, which have one paragraph in common to the letter."""
    return [
        Document(
            f"harbour-{i:02}.md",
            f"Harbour {i} has a depth of {i + depth} m and {i + 20} berths for visiting ships of any flag. "
            "The harbour master is on duty from 6 to 18 on working days, and by telephone at all other hours. "
            "Ships that arrive at night wait at the outer buoy until the pilot has come on board from the station.",
            f"Harbour {i}",
        )
        for i in range(count)
    ]


def build(documents: Sequence[Document], embedder: Any, folder: Path, settings: Retrieval = SETTINGS) -> Index:
    done: list[int] = []
    index = build_index(documents, embedder, settings, folder, done.append)
    assert sum(done) == len(documents)
    return index


def answers(index: Index, embedder: Any) -> list[tuple[Passage, ...]]:
    return DenseRetriever(index.store, embedder, SETTINGS.top_k).retrieve(QUESTIONS)


def counts(index: Index) -> tuple[int, int, int, int]:
    return index.added, index.changed, index.removed, index.kept


def test_only_what_changed_is_touched_and_the_result_equals_a_fresh_build(minilm: Any, tmp_path: Path) -> None:
    old = corpus()
    new = [d for d in old if d.id not in ("harbour-03.md", "harbour-07.md")]
    new[0] = Document(new[0].id, "Harbour 0 is closed for good. " + new[0].text, new[0].title)
    new.append(Document("zz.md", "A buoy is a floating mark that is moored to the sea bed.", "Buoys"))

    assert counts(build(old, minilm, tmp_path / "a")) == (12, 0, 0, 0)
    assert counts(build(old, minilm, tmp_path / "a")) == (0, 0, 0, 12)
    updated = build(new, minilm, tmp_path / "a")
    assert counts(updated) == (1, 1, 2, 9)
    fresh = build(new, minilm, tmp_path / "b")
    assert updated.chunks == fresh.chunks
    assert answers(updated, minilm) == answers(fresh, minilm)  # documents, texts and scores, to the last bit
    assert answers(build(old, minilm, tmp_path / "a"), minilm) == answers(build(old, minilm, tmp_path / "c"), minilm)


def test_a_removed_document_leaves_no_passage(minilm: Any, tmp_path: Path) -> None:
    build(corpus(), minilm, tmp_path)
    index = build(corpus()[1:], minilm, tmp_path)
    retriever = DenseRetriever(index.store, minilm, 1000)
    assert "harbour-00.md" not in {p.document for p in retriever.retrieve(["depth of harbour 0"])[0]}
    assert retriever.nearest_in("depth of harbour 0", ["harbour-00.md"], 1) == []


def test_other_chunks_or_another_embedder_build_anew(minilm: Any, tmp_path: Path) -> None:
    build(corpus(3), minilm, tmp_path)
    other = Retrieval(top_k=5, chunk_tokens=60, overlap_tokens=8)
    index = build(corpus(3), minilm, tmp_path, other)
    assert counts(index) == (3, 0, 0, 0)
    assert answers(index, minilm) == answers(build(corpus(3), minilm, tmp_path / "fresh", other), minilm)
    other_weights = type(minilm)(minilm.model, "another fingerprint", batch_size=minilm.batch_size)
    assert counts(build(corpus(3), other_weights, tmp_path, other)) == (3, 0, 0, 0)


def test_top_k_does_not_build_anew(minilm: Any, tmp_path: Path) -> None:
    build(corpus(3), minilm, tmp_path)
    wider = Retrieval(top_k=9, chunk_tokens=SETTINGS.chunk_tokens, overlap_tokens=SETTINGS.overlap_tokens)
    assert counts(build(corpus(3), minilm, tmp_path, wider)) == (0, 0, 0, 3)


KILLED = """
import os, signal, sys
from pathlib import Path
from rag import index
from rag.embed import load_embedder
sys.path.insert(0, {tests!r})
import test_index
where, after = sys.argv[2], int(sys.argv[3])
calls = 0
def mortal(function):
    def wrapped(*args, **kwargs):
        global calls
        calls += 1
        if calls > after:
            if where == "inside":  # half of the chunks are in
                args = (*args[:2], args[2][: len(args[2]) // 2], *args[3:])
                function(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return wrapped
index.BATCHES = 1
name = {{"inside": "_insert", "before-manifest": "write_json"}}[where]
setattr(index, name, mortal(getattr(index, name)))
test_index.build(test_index.corpus(depth=4), load_embedder("all-minilm-l6-v2"), Path(sys.argv[1]))
"""


@pytest.mark.parametrize(("where", "after"), [("inside", 1), ("before-manifest", 2)])
def test_a_killed_build_goes_on_to_the_same_index(
    minilm: Any, tmp_path: Path, forks: Any, where: str, after: int
) -> None:
    folder = tmp_path / "killed"
    build(corpus(), minilm, folder)  # every document changes, so that old chunks lie there too
    script = KILLED.format(tests=str(Path(__file__).parent))
    assert forks.start(script, folder, where, after).wait() == -signal.SIGKILL
    manifest = json.loads((folder / "manifest.json").read_text())["documents"]
    assert 0 < len(manifest) < 12
    resumed = build(corpus(depth=4), minilm, folder)
    assert resumed.kept == len(manifest)
    fresh = build(corpus(depth=4), minilm, tmp_path / "fresh")
    assert resumed.chunks == fresh.chunks
    assert answers(resumed, minilm) == answers(fresh, minilm)


def test_chunks_that_were_lost_behind_the_manifests_back_are_restored(minilm: Any, tmp_path: Path) -> None:
    index = build(corpus(4), minilm, tmp_path)
    index.store._collection.delete(ids=["harbour-02.md#1"])
    assert counts(build(corpus(4), minilm, tmp_path)) == (0, 1, 0, 3)


def test_the_collection_measures_cosine(minilm: Any, tmp_path: Path) -> None:
    assert build(corpus(2), minilm, tmp_path).store._collection.configuration["hnsw"]["space"] == "cosine"
