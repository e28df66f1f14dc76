from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.metrics.style.run_checks import build_checks

STEPS = "To do:\n\n- open\n- close\n  - gently\n\nThen:\n\n1. wait\n2. leave"
PAGE = "# Pump\n\n## Cause:\n\nIt leaks.\n\n## **Remedy**\n\nSeal it."
CODE = "```sql\nSELECT 1;\n-- # not a heading\n- not a bullet\n```"


def passes(check: dict[str, Any], reply: str) -> bool:
    (built,) = build_checks([check], documents=(), refusal=None, where="x/dataset.yaml", folder=Path())
    return built.fails(reply) == ""


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ({"bullets": {"exactly": 3}}, STEPS, "- one\n- two"),
        ({"bullets": {"exactly": 2}}, "• one\r\n• two\r\n", "one - two"),
        ({"bullets": {"exactly": 2}}, "* one\n* two", "1. one\n2. two"),
        ({"bullets": {"max": 0}}, CODE, "- one"),
        ({"numbered": {"exactly": 2}}, STEPS, "- one\n- two"),
        ({"numbered": {"min": 3}}, "1) a\n2) b\n3) c", "1. a\n2. b\n4. c"),
        ({"headings": {"exactly": 3}}, PAGE, "**Cause**"),
        ({"headings": {"exactly": 2, "level": 2}}, PAGE, "# a\n\n# b"),
        ({"headings": {"titles": ["Cause", "Remedy"]}}, PAGE, "## Remedy\n\n## Cause"),
        ({"headings": {"max": 0}}, CODE, "Title\n====="),
        ({"sections": {"word": "Section", "exactly": 2}}, "SECTION 1\na\n\n## Section II: b", "Section one\nSection 1"),
        ({"highlights": {"min": 2}}, "*one* and **two**", "***one*** and a * b * c"),
        ({"code": "only"}, CODE, "See:\n" + CODE),
        ({"code": "none"}, "`x` is inline", CODE),
        ({"code": {"language": "sql"}}, "See:\n\n" + CODE, "```\nSELECT 1;\n```"),
        ({"code": {"exactly": 2}}, CODE + "\n\n" + CODE, CODE),
        ({"markdown": "none"}, "Plain, 2*3 = 6.\n\nMore of it.", "It is **bold**."),
        ({"markdown": "none"}, "Snake_case_name", "See [here](x.md)"),
        ({"markdown": "none"}, "a | b", "| a | b |\n|---|---|\n| 1 | 2 |"),
    ],
)
def test_a_layout_holds_or_not(check: dict[str, Any], good: str, bad: str) -> None:
    assert passes(check, good)
    assert not passes(check, bad)


def test_a_wrong_number_is_named() -> None:
    (built,) = build_checks([{"numbered": {"min": 1}}], documents=(), refusal=None, where="x", folder=Path())
    assert built.fails("1. a\n2. b\n4. c") == "numbers an item 4 after 2"


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ({"bullets": {}}, "expected min, max or both, or exactly"),
        ({"headings": {"min": 1, "level": 7}}, "'level' must be 1 to 6"),
        ({"headings": {"level": 2}}, "expected min, max or both, or exactly"),
        ({"headings": {"titles": []}}, "expected a text or a list of texts"),
        ({"sections": {"min": 1}}, "expected the word that begins a section"),
        ({"code": "some"}, "expected only, none, or a mapping"),
        ({"markdown": "yes"}, "expected none"),
    ],
)
def test_arguments_are_refused_with_the_fix(check: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as caught:
        build_checks([check], documents=(), refusal=None, where="x/dataset.yaml", folder=Path())
    assert said in str(caught.value)
