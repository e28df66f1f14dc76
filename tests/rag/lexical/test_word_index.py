"""BM25 against its formula, and terms that follow the corpus."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from rag.lexical.terms import terms
from rag.lexical.word_index import K1, B, TermStore, WordIndex, open_word_index

TEXTS = ["the red pump", "the blue pump is a pump of iron", "a ship", "iron ore, iron ships"]


def by_formula(question: str, text: str) -> float:
    """Lucene's BM25, without its constant factor of k1 + 1."""
    rows = [terms(t) for t in TEXTS]
    mean, row, total = sum(map(len, rows)) / len(rows), Counter(terms(text)), 0.0
    for term in set(terms(question)):
        held = sum(term in r for r in rows)
        weight = math.log(1 + (len(rows) - held + 0.5) / (held + 0.5))
        total += weight * row[term] / (row[term] + K1 * (1 - B + B * row.total() / mean))
    return total


@pytest.mark.parametrize("question", ["the pump", "iron iron ships", "nothing of it", ""])
def test_scores_are_those_of_the_formula(question: str) -> None:
    found = WordIndex.of([terms(t) for t in TEXTS]).scores(question)
    assert found.tolist() == pytest.approx([by_formula(question, t) for t in TEXTS], abs=1e-6)


def test_an_empty_corpus_finds_nothing() -> None:
    assert WordIndex.of([]).scores("pump").tolist() == []
    assert WordIndex.of([[], []]).nearest("pump", 2) == []


def test_terms_follow_the_corpus_and_stay_after_the_process(tmp_path: Path) -> None:
    file = tmp_path / "terms.sqlite"
    store = TermStore(file)
    store.upsert([("b", 0, "red pump"), ("a", 1, "ship"), ("a", 0, "sea"), ("c", 0, "old")])
    store.upsert([("b", 0, "blue pump")])
    store.delete(["c", "none"])
    again = TermStore(file)
    assert again.held() == Counter({"a": 2, "b": 1})
    assert list(again.rows()) == [(("a", 0), ["sea"]), (("a", 1), ["ship"]), (("b", 0), ["blue", "pump"])]


def test_the_kept_matrix_is_read_again_and_made_anew_for_another_corpus(tmp_path: Path) -> None:
    store, folder = TermStore(tmp_path / "terms.sqlite"), tmp_path / "bm25"
    store.upsert([("a", 0, "red pump"), ("b", 0, "blue ship")])
    made = open_word_index(folder, store, "first").scores("the pump").tolist()
    assert open_word_index(folder, store, "first").scores("the pump").tolist() == made
    assert made[0] > 0 == made[1]
    store.upsert([("c", 0, "green pump")])
    assert len(open_word_index(folder, store, "second").scores("pump")) == 3


def test_what_a_question_weighs_is_what_a_passage_can_score_at_most() -> None:
    rows = [terms(t) for t in ("pump 4471", "pump 4472", "pump")]
    index = WordIndex.of(rows)
    common, rare, absent = (math.log(1 + (3 - n + 0.5) / (n + 0.5)) for n in (3, 1, 0))
    found = index.weights("pump 4471 pump nowhere")
    sums = (common + rare + absent, common + rare, rare)
    assert (found.of_all, found.of_known, found.of_codes) == pytest.approx(sums)
    assert max(index.scores("pump 4471")) < found.of_known
    assert WordIndex.of([[]]).weights("pump").of_known == 0
