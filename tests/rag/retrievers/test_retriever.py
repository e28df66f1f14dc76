"""What every retriever must do, ours and one of a plugin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.config import Retrieval
from eval.plugins import load_plugins
from rag.index import build_index
from rag.readers.documents import Document
from rag.retrieve import RETRIEVERS
from rag.retrievers.retriever import Opened, Retriever

load_plugins([Path(__file__).parents[2] / "plugins" / "word_retriever.py"])

pytestmark = pytest.mark.component

TEXTS = {
    "bread.md": "Bread is baked from flour and water.", "ships.md": "Ships sail on the sea.",
    "copy.md": "Ships sail on the sea.", "tea.md": "Tea is made with hot water.",
}  # fmt: skip
DOCUMENTS = [Document(name, text=text, title="") for name, text in TEXTS.items()]
SETTINGS = Retrieval(top_k=2)


@pytest.fixture(scope="module")
def index(minilm: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return build_index(DOCUMENTS, minilm, SETTINGS, tmp_path_factory.mktemp("index"), lambda n: None)


@pytest.fixture(params=list(RETRIEVERS))
def make(request: Any, index: Any, minilm: Any) -> Callable[..., Retriever]:
    return lambda *preferred: RETRIEVERS[request.param](Opened(index.store, index.words, minilm, SETTINGS, preferred))


def test_the_best_come_first_and_as_many_as_asked_for(make: Callable[..., Retriever]) -> None:
    first, second = make().retrieve(["How is bread baked from flour?", "How is tea made with hot water?"])
    assert [len(first), len(second)] == [2, 2]
    assert (first[0].document, second[0].document) == ("bread.md", "tea.md")
    assert first[0].score >= first[1].score
    assert "flour" in first[0].text and first[0].position == 0


def test_of_two_with_one_text_the_preferred_is_found_alone(make: Callable[..., Retriever]) -> None:
    for preferred, found in (((), "copy.md"), (("ships.md",), "ships.md")):
        passages = make(*preferred).retrieve(["Do ships sail on the sea?"])[0]
        assert passages[0].document == found
        assert sum("Ships" in p.text for p in passages) == 1


def test_given_documents_are_looked_at_alone(make: Callable[..., Retriever]) -> None:
    found = make().nearest_in("Do ships sail on the sea?", ["tea.md", "bread.md"], 5)
    assert {p.document for p in found} == {"tea.md", "bread.md"}


def test_contents_are_sorted_and_no_text_stands_twice(make: Callable[..., Retriever]) -> None:
    rows = make().contents()
    assert [row[0] for row in rows] == ["bread.md", "copy.md", "tea.md"]


def test_no_question_finds_nothing(make: Callable[..., Retriever]) -> None:
    assert make().retrieve([]) == []
