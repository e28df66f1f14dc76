"""What counts as a word for BM25, by hand."""

from __future__ import annotations

import pytest

from rag.lexical.terms import code_terms, terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Error E-4471!", ["error", "e4471", "e", "4471"]),
        ("FX-2210/B v2.4.1", ["fx2210b", "fx", "2210", "b", "v2.4.1", "v", "2", "4", "1"]),
        ("1,250 or 3.5", ["1250", "1", "250", "or", "3.5", "3", "5"]),
        ("Straße Ｅ４", ["strasse", "e4", "e", "4"]),  # case folding and NFKC
        ("上海路", ["上海", "海路"]),
        ("水", ["水"]),
        ("ラーメン", ["ラー", "ーメ", "メン"]),
        ("", []),
    ],
)  # fmt: skip
def test_terms_by_hand(text: str, found: list[str]) -> None:
    assert terms(text) == found


def test_a_korean_noun_is_found_under_another_particle() -> None:
    assert "펌프" in set(terms("펌프는 12개월")) & set(terms("펌프의 보증"))


def test_a_code_is_the_same_with_and_without_its_hyphen() -> None:
    assert "e4471" in set(terms("E-4471")) & set(terms("E4471")) & set(terms("E‑4471"))


def test_terms_of_codes_are_those_of_what_holds_a_digit() -> None:
    assert code_terms("What of Fault E-4471 in §12.3?") == ["e4471", "e", "4471", "12.3", "12", "3"]
    assert code_terms("펌프 KR-14의 보증") == ["kr14", "kr", "14"]
    assert code_terms("no code") == []
