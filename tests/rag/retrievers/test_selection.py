"""What of a ranking reaches the prompt, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from rag.retrievers.rows import Rows
from rag.retrievers.selection import at_most, join, with_neighbours

ROWS = [("a", 0, "one"), ("a", 1, "two"), ("a", 2, "three"), ("a", 3, "four"), ("b", 0, "five")]


class Store:
    def contents(self) -> list[tuple[str, int, str]]:
        return ROWS


def found(*rows: int) -> Any:
    return np.array(rows), np.linspace(1, 0, len(rows))


def rows() -> Rows:
    store: Any = Store()
    return Rows(store)


def test_a_document_gets_so_many_places() -> None:
    assert at_most(found(1, 0, 4, 2), rows(), 1)[0].tolist() == [1, 4]
    assert at_most(found(1, 0, 4, 2), rows(), 2)[0].tolist() == [1, 0, 4]


def test_neighbours_stand_with_a_passage_and_are_not_found_again() -> None:
    texts = [(p.document, p.position, p.text) for p in with_neighbours(found(1, 2, 3, 4), rows(), 3)]
    assert texts == [("a", 1, "one\ntwo\nthree"), ("a", 3, "four"), ("b", 0, "five")]


def test_what_two_passages_share_stands_once() -> None:
    shared = "the harbour master of Arvik"
    assert join(f"Ask {shared}", f"{shared} is in.") == f"Ask {shared} is in."
    assert join("a b", "b c") == "a b\nb c"  # too short to be an overlap
