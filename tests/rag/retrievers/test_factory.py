"""A LangChain retriever of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.records import Passage
from rag.retrievers.factory import open_factory

MODULE = """
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

class Fixed(BaseRetriever):
    names: list

    def _get_relevant_documents(self, query, *, run_manager):
        return [Document(page_content=f"{query} {name}", metadata={"source": name}) for name in self.names]

def make():
    return Fixed(names=["/srv/corpus/faq/tea.md", "bread.md", "bread.md"])

def lost():
    return Fixed(names=["gone.md"])

def nothing():
    return 3
"""


class Ours:
    def retrieve(self, questions: Any) -> list[tuple[Passage, ...]]:
        return [() for _ in questions]

    def nearest_in(self, question: str, documents: Any, k: int) -> list[Passage]:
        return [Passage(documents[0], "ours", 1.0, 0)]

    def contents(self) -> list[tuple[str, int, str]]:
        return [("bread.md", 4, "Which? bread.md"), ("faq/tea.md", 0, "Tea.")]


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"own_retriever_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return name


def test_what_it_finds_is_of_the_document_that_it_names(named: str) -> None:
    own = open_factory(f"{named}:make", Ours(), 2)
    ((first, second),) = own.retrieve(["Which?"])
    assert (first.document, second.document) == ("faq/tea.md", "bread.md")
    assert (first.text, second.position, first.score > second.score) == ("Which? /srv/corpus/faq/tea.md", 4, True)
    assert own.retrieve([]) == []
    assert own.nearest_in("?", ["bread.md"], 1)[0].text == "ours"
    assert own.contents() == Ours().contents()


@pytest.mark.parametrize(
    ("factory", "said"), [("none", "makes no retriever"), ("nothing", "has no batch()"), ("lost", "of gone.md")]
)
def test_what_is_wrong_is_said_in_a_line(named: str, factory: str, said: str) -> None:
    with pytest.raises(UserError, match=r"retrieval\.method") as caught:
        open_factory(f"{named}:{factory}", Ours(), 2).retrieve(["Which?"])
    assert said in str(caught.value)
