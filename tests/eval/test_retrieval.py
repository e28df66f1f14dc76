from __future__ import annotations

from math import log2

import pytest

from eval.metrics.retrieval import ndcg, ranked, recall, reciprocal_rank, tells


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


@pytest.mark.parametrize(
    ("text", "answers", "told"),
    [
        ("Every call-out counts as at least 3 hours, at time and a half.", ("3 hours",), True),
        ("It may be used up to 3,000 m above the sea.", ("3000 m",), True),
        ("Replies come within four working days.", ("4 working days",), True),
        ("Der Tank fasst höchstens 0,8 m³.", ("0.8 m³",), True),
        ("최대 59개월까지 보증됩니다.", ("59개월",), True),
        ("保修期最长为24个月。", ("24个月",), True),
        ("Every call-out counts as at least 13 hours.", ("3 hours",), False),
        ("It now knows no rest.", ("no",), False),
        ("아니요, 반품할 수 없습니다.", ("아니요",), False),
        ("It now knows no rest.", ("no", "no rest"), True),
        ("Anything.", ("",), False),
    ],
)
def test_what_a_passage_tells_is_no_reply(text: str, answers: tuple[str, ...], told: bool) -> None:
    assert tells(text, answers) is told
