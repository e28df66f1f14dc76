from __future__ import annotations

from math import log2

import pytest

from eval.metrics.retrieval import ndcg, ranked, recall, reciprocal_rank


def test_a_document_ranks_where_it_first_appears() -> None:
    assert ranked(["a", "b", "a", "c", "b"]) == ["a", "b", "c"]
    assert reciprocal_rank(["a", "a", "b"], ["b"]) == 1 / 2


def test_recall_is_the_share_of_gold_documents_found() -> None:
    assert recall(["a", "x", "b"], ["a", "b", "c"]) == 2 / 3
    assert recall(["x", "y"], ["a"]) == 0
    assert recall([], ["a"]) == 0


@pytest.mark.parametrize(("found", "value"), [(["a", "x"], 1), (["x", "y", "a"], 1 / 3), (["x"], 0), ([], 0)])
def test_reciprocal_rank_of_the_first_gold_document(found: list[str], value: float) -> None:
    assert reciprocal_rank(found, ["a"]) == value


def test_ndcg_is_the_gain_over_the_best_order() -> None:
    assert ndcg(["a", "b", "x"], ["a", "b"]) == 1
    best = 1 + 1 / log2(3)
    assert ndcg(["x", "a", "b"], ["a", "b"]) == pytest.approx((1 / log2(3) + 1 / log2(4)) / best)
    assert ndcg(["x"], ["a"]) == 0
    assert ndcg([], ["a"]) == 0
