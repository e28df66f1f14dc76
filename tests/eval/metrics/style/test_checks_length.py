from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.metrics.style.checks_length import count_sentences, paragraphs
from eval.metrics.style.run_checks import build_checks


def passes(check: dict[str, Any], reply: str) -> bool:
    (built,) = build_checks([check], documents=(), refusal=None, where="x/dataset.yaml", folder=Path())
    return built.fails(reply) == ""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Yes", 1),
        ("It is 5.5 Nm. Use grease!", 2),
        ("Dr. Berg said no. 5 is e.g. open.", 1),
        ("He said no. Then he left Acme Inc. He had rags, etc. and oil.", 3),
        ("J. R. Ewing left. He won.", 2),
        ("Really?! Yes…", 2),
        ('He said "Stop." Then he left.', 2),
        ("See pumps/echo.md for v1.2.3 today", 1),
        ("One.\n\nTwo", 2),
        ("Needed:\n- a key\n- a rag\n- oil.", 4),
        ("1. Open it.\n2. Close it.", 2),
        ("A line that is\nwrapped here. Next.", 2),
        ("보증은 2년입니다. 감사합니다.", 2),
        ("保証は二年です。以上です。", 2),
        ("... !!!", 0),
    ],
)
def test_sentences_are_counted_as_a_reader_would(text: str, count: int) -> None:
    assert count_sentences(text) == count


def test_paragraphs_lie_between_blank_lines_or_separators() -> None:
    assert paragraphs("a\nb\n \nc\n\n\n\nd") == ["a\nb", "c", "d"]
    assert [p.strip() for p in paragraphs("a\n\nb\n***\nc\n", "***")] == ["a\n\nb", "c"]
    assert len(paragraphs("a *** b", "***")) == 1


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ({"words": {"exactly": 2}}, "one two", "one"),
        ({"characters": {"max": 4}}, " 12 m\n", "123 m"),
        ({"characters": {"exactly": 4}}, "cafe\u0301", "cafes"),
        ({"sentences": {"min": 2, "max": 2}}, "A b. C d.", "A b."),
        ({"lines": {"exactly": 1}}, "one line\r\n", "two\r\nlines"),
        ({"lines": {"max": 2}}, "a\n\nb", "a\nb\nc"),
        ({"paragraphs": {"exactly": 2}}, "a\r\n\r\nb", "a\r\nb"),
        ({"paragraphs": {"exactly": 3, "separator": "***"}}, "a\n***\nb\n\nb\n *** \nc", "a\n\nb\n\nc"),
        ({"keywords": {"pump": {"min": 2}}}, "Pump one, pump two", "pump, pumping"),
        ({"keywords": {"as soon as": {"exactly": 1}, "never": {"max": 0}}}, "As soon as you can", "never as soon as"),
        ({"letters": {"e": {"min": 3}}}, "Eleven", "seven"),
        ({"letters": {"#": {"max": 1}}}, "#one", "##one"),
    ],
)
def test_a_count_is_within_its_bounds_or_not(check: dict[str, Any], good: str, bad: str) -> None:
    assert passes(check, good)
    assert not passes(check, bad)


def test_the_reason_holds_the_count() -> None:
    (built,) = build_checks([{"sentences": {"min": 2}}], documents=(), refusal=None, where="x", folder=Path())
    assert built.fails("One.") == "has 1 sentence"
    (built,) = build_checks([{"keywords": {"pump": {"min": 2}}}], documents=(), refusal=None, where="x", folder=Path())
    assert built.fails("a pump") == "says 'pump' 1 times"


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ({"words": {"exactly": 2, "max": 3}}, "'exactly' goes without min and max"),
        ({"words": {"min": 3, "max": 2}}, "min 3 is above max 2"),
        ({"lines": {"min": -1}}, "cannot be below 0"),
        ({"paragraphs": {"separator": "***"}}, "expected min, max or both, or exactly"),
        ({"paragraphs": {"min": 1, "separator": " "}}, "'separator' is blank"),
        ({"keywords": ["pump"]}, "expected a mapping"),
        ({"keywords": {"pump": 2}}, "'pump': expected a mapping"),
        ({"keywords": {5: {"min": 1}}}, "put it in quotes"),
        ({"letters": {"ab": {"min": 1}}}, "expected single letters"),
    ],
)
def test_arguments_are_refused_with_the_fix(check: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as caught:
        build_checks([check], documents=(), refusal=None, where="x/dataset.yaml", folder=Path())
    assert str(caught.value).startswith("x/dataset.yaml: key 'style.checks[0]'")
    assert said in str(caught.value)
