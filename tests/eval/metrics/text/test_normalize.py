from __future__ import annotations

import pytest

from eval.metrics.text.normalize import contains_tokens, normalise, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Quick, brown\tfox!", "quick brown fox"),
        ("a pump and an engine", "pump and engine"),
        ("1,200 and 1,200,000", "1200 and 1200000"),
        ("3.5 m", "3.5 m"),
        ("-5 °C", "-5 ° c"),
        ("\u22125", "-5"),
        ("+5", "5"),
        ("12m", "12 m"),
        ("10-12 m", "10 12 m"),
        ("10\u201312 m", "10 12 m"),
        ("ＡＢＣ ﬁne", "abc fine"),
        ("STRASSE", "strasse"),
        ("", ""),
    ],
)
def test_normalisation(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_normalising_again_changes_nothing() -> None:
    for text in ("The 1,200 m line, at -3.5 °C!", "Anna's 12m rope", "45 % of an hour"):
        assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "part", "stands"),
    [
        ("about 15 m", "5", False),
        ("about 5 m", "5", True),
        ("12 months", "12 m", False),
        ("a 12m rope", "12 m", True),
        ("13.5 m", "3.5", False),
        ("3.5 m", "3", False),
        ("seal and pump", "pump seal", False),
        ("anything", "", False),
        ("", "anything", False),
    ],
)
def test_a_part_stands_as_whole_tokens_in_a_row(text: str, part: str, stands: bool) -> None:
    assert contains_tokens(tokens(text), tokens(part)) is stands


@pytest.mark.parametrize(
    "text", ["The old man and the sea", "plan a", "two a b", "ten the Ten", "  an Apple ", "one two"]
)
def test_words_alone_are_the_tokens_that_the_patterns_find(text: str) -> None:
    assert tokens(text) == tokens(f"{text} .")


@pytest.mark.parametrize(
    "text",
    ["Zoë’s café – 2.4 °C", "l’été de 1918–1920", "“No 1” in São Paulo", "Ærø-7b £20", "нет e\u0301a', x² и TG-200"],
)
def test_a_text_with_blanks_has_the_tokens_that_it_has_beside_chinese(text: str) -> None:
    assert tokens(f"{text} 中") == (*tokens(text), "中")
