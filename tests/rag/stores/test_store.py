"""What every vector store must do, ours and one of a plugin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.plugins import load_plugins
from rag import index as _index  # noqa: F401 - registers them
from rag.stores.store import STORES, Entry, VectorStore

load_plugins([Path(__file__).parents[2] / "plugins" / "json_store.py"])

pytestmark = pytest.mark.component

ROWS = [("a.md", 0, [1.0, 0.0]), ("a.md", 1, [0.6, 0.8]), ("b.md", 0, [0.0, 1.0]), ("c/d.md", 0, [-1.0, 0.0])]
ENTRIES = [Entry(document, position, f"{document} {position}", vector) for document, position, vector in ROWS]


@pytest.fixture(params=list(STORES))
def opened(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., VectorStore]:
    monkeypatch.setattr("rag.stores.chroma.READ_AT_ONCE", 3)  # in pages, like an index of 100,000
    return lambda name="index": STORES[request.param](tmp_path, name)


def test_it_holds_what_was_put_in_and_gives_it_back_sorted(opened: Callable[..., VectorStore]) -> None:
    store = opened()
    assert len(store) == 0 and store.held() == Counter() and store.contents() == []
    store.upsert(ENTRIES[2:])
    store.upsert(ENTRIES[:2])
    assert len(store) == 4
    assert store.held() == Counter({"a.md": 2, "b.md": 1, "c/d.md": 1})
    assert store.contents() == [(e.document, e.position, e.text) for e in ENTRIES]


def test_vectors_come_in_the_order_that_was_asked_for(opened: Callable[..., VectorStore]) -> None:
    store = opened()
    store.upsert(ENTRIES)
    np.testing.assert_allclose(store.vectors(), [e.vector for e in ENTRIES], atol=1e-6)
    np.testing.assert_allclose(store.vectors([("b.md", 0), ("a.md", 1)]), [[0.0, 1.0], [0.6, 0.8]], atol=1e-6)


def test_the_nearest_are_found(opened: Callable[..., VectorStore]) -> None:
    store = opened()
    store.upsert(ENTRIES)
    assert set(store.search([0.8, 0.6], 2)) == {("a.md", 0), ("a.md", 1)}
    assert len(store.search([0.8, 0.6], 4)) == 4


def test_a_document_is_replaced_and_dropped_whole(opened: Callable[..., VectorStore]) -> None:
    store = opened()
    store.upsert(ENTRIES)
    store.upsert([Entry("b.md", 0, "new", [1.0, 0.0])])
    store.delete(["a.md", "none.md"])
    assert store.contents() == [("b.md", 0, "new"), ("c/d.md", 0, "c/d.md 0")]
    np.testing.assert_allclose(store.vectors([("b.md", 0)]), [[1.0, 0.0]], atol=1e-6)


def test_it_is_there_when_it_is_opened_again_and_empty_under_another_name(opened: Callable[..., VectorStore]) -> None:
    opened().upsert(ENTRIES)
    assert len(opened()) == 4
    assert len(opened("other")) == 0
