from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.config import Retrieval
from rag.index import build_index
from rag.readers.documents import Document, read_documents
from rag.retrieve import open_retriever
from rag.retrievers.dense import DenseRetriever

pytestmark = pytest.mark.component

DOCUMENTS = [
    Document("gauge.md", "The tide gauge measures the level of the sea. It is calibrated once a year.", ""),
    Document("leave.md", "Every employee has 28 days of leave a year.", ""),
    Document("twin-a.md", "The boat house opens at seven.", ""),
    Document("twin-b.md", "The bo\u00e4t house opens at seven.", ""),  # the embedder reads letters without accents
]
SETTINGS = Retrieval(top_k=3, chunk_tokens=16, overlap_tokens=0)


@pytest.fixture(scope="module")
def open_index(minilm: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., DenseRetriever]:
    folder = tmp_path_factory.mktemp("index")

    def make(top_k: int = 3, **options: int) -> DenseRetriever:
        return DenseRetriever(
            build_index(DOCUMENTS, minilm, SETTINGS, folder, lambda n: None).store, minilm, top_k, **options
        )

    return make


def test_passages_come_best_first_with_their_cosine(open_index: Callable[..., DenseRetriever], minilm: Any) -> None:
    question = "How many days of holiday does an employee get?"
    found = open_index().retrieve([question])[0]
    assert len(found) == 3
    assert (found[0].document, found[0].position, found[0].text) == ("leave.md", 0, DOCUMENTS[1].text)
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    cosine = minilm.model.similarity(*minilm.model.encode([question, DOCUMENTS[1].text])).item()
    assert found[0].score == pytest.approx(cosine, abs=1e-5)


def test_equal_scores_rank_by_document_and_position(open_index: Callable[..., DenseRetriever]) -> None:
    first, second = open_index().retrieve(["When does the boat house open?"])[0][:2]
    assert first.score == second.score
    assert (first.document, second.document) == ("twin-a.md", "twin-b.md")


def test_many_questions_at_once_find_what_each_finds_alone(open_index: Callable[..., DenseRetriever]) -> None:
    questions = [f"What about number {i} of the boat house and the tide?" for i in range(70)]
    together = open_index().retrieve(questions)
    assert [open_index().retrieve([q])[0] for q in questions[::23]] == together[::23]


def test_no_question_and_more_passages_than_there_are(open_index: Callable[..., DenseRetriever]) -> None:
    assert open_index().retrieve([]) == []
    assert len(open_index(100).retrieve(["x"])[0]) == 5


def test_nearest_in_looks_at_the_given_documents_alone(open_index: Callable[..., DenseRetriever]) -> None:
    found = open_index().nearest_in("How often is it calibrated?", ["gauge.md"], 10)
    assert [(p.document, p.position) for p in found] == [("gauge.md", 1), ("gauge.md", 0)]
    assert open_index().nearest_in("How often is it calibrated?", ["none.md"], 10) == []


def test_the_approximate_search_scores_as_the_exact_one(open_index: Callable[..., DenseRetriever]) -> None:
    questions = ["When does the boat house open?", "tide"]
    exact, approximate = open_index(), open_index(exact_limit=0)
    assert approximate.retrieve(questions) == exact.retrieve(questions)
    documents = ["gauge.md", "twin-b.md"]
    assert approximate.nearest_in("tide", documents, 3) == exact.nearest_in("tide", documents, 3)


def test_opening_a_run_folder_notes_what_indexing_took(make_corpus: Callable[..., Path], tmp_path: Path) -> None:
    corpus = make_corpus(**{"a.md": "# A\n\nThe gauge is grey.", "b.txt": "The buoy is red."})
    retriever, index = open_retriever(read_documents(corpus), "all-minilm-l6-v2", SETTINGS, tmp_path / "run")
    assert index.added == 2
    assert retriever.retrieve(["Which colour has the buoy?"])[0][0].document == "b.txt"
    note = (tmp_path / "run" / "index.json").read_text()
    assert '"added": 2' in note
    open_retriever(read_documents(corpus), "all-minilm-l6-v2", SETTINGS, tmp_path / "run")
    assert (tmp_path / "run" / "index.json").read_text() == note  # nothing changed: the cost of building it stays


def test_scores_are_finite_numbers_in_range(open_index: Callable[..., DenseRetriever]) -> None:
    scores = [p.score for p in open_index(100).retrieve(["", "tide", "28"])[0]]
    assert np.isfinite(scores).all()
    assert all(-1 <= s <= 1 for s in scores)


COPIES = [
    Document("a.md", "# Doors\n\nThe boat house opens at seven.", "Doors"),
    Document("b.md", "Doors\n\nThe  boat house opens at seven.", "Copy of doors"),
    Document("c.md", "DOORS\n\nThe boat house opens at seven.", "Doors"),
    Document("d.md", "The boat house closes at nine.", "Doors"),
    Document("e.md", "The boat house opens at eight on Sundays.", "Doors"),
]


@pytest.mark.parametrize("exact_limit", [0, 20_000])
@pytest.mark.parametrize(("preferred", "chosen"), [((), "a.md"), (("c.md", "d.md"), "c.md")])
def test_of_copies_one_reaches_the_prompt_and_the_others_make_room(
    minilm: Any, tmp_path: Path, exact_limit: int, preferred: tuple[str, ...], chosen: str
) -> None:
    index = build_index(COPIES, minilm, Retrieval(chunk_tokens=64), tmp_path, lambda n: None)
    retriever = DenseRetriever(index.store, minilm, 3, preferred=preferred, exact_limit=exact_limit)
    (found,) = retriever.retrieve(["When does the boat house open?"])
    assert {p.document for p in found} == {chosen, "d.md", "e.md"}
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    rows, vectors = retriever.contents(), retriever.vectors()
    assert ([r[0] for r in rows], len(vectors)) == (
        [chosen, "d.md", "e.md"] if chosen == "a.md" else ["c.md", "d.md", "e.md"],
        3,
    )
    assert [p.document for p in retriever.nearest_in("When?", ["b.md", "c.md"], 9)] == ["b.md"]
    assert len(DenseRetriever(index.store, minilm, 100, exact_limit=exact_limit).retrieve(["x"])[0]) == 3
