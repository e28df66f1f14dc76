from __future__ import annotations

import random
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.metrics.style.check import Fails
from eval.metrics.style.run_checks import CHECKS, Check, StyleContext, build_checks, check

DOCUMENTS = ("pumps/echo.md", "pumps/echo.md.old", "faq.txt")


def build(*checks: Any) -> list[Check]:
    return build_checks(list(checks), documents=DOCUMENTS, refusal="not on file", where="x/dataset.yaml", folder=Path())


SCHEMA = {
    "type": "object", "required": ["answer"], "additionalProperties": False,
    "properties": {"answer": {"type": "string"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("check", "reply", "passes"),
    [
        ({"json": {}}, ' {"answer": "12 m"}\n', True),
        ({"json": {}}, 'Sure: {"answer": "12 m"}', False),
        ({"json": {}}, '{"answer": "12 m"', False),
        ({"json": {"schema": SCHEMA}}, '{"answer": "12 m"}', True),
        ({"json": {"schema": SCHEMA}}, '{"answer": 12}', False),
        ({"json": {"schema": SCHEMA}}, '{"answer": "12 m", "more": 1}', False),
        ({"words": {"max": 3}}, "one two three", True),
        ({"words": {"max": 3}}, "one two three four", False),
        ({"words": {"min": 2}}, "one", False),
        ({"words": {"min": 1, "max": 1}}, "one", True),
        ({"regex": r"^\{.*\}$"}, "{x}", True),
        ({"regex": r"^\{.*\}$"}, "a {x}", False),
        ({"regex": "b+"}, "abbc", True),
        ({"contains": "Regards"}, "Regards, the desk", True),
        ({"contains": ["Regards", "desk"]}, "Regards", False),
        ({"excludes": ["!"]}, "Done!", False),
        ({"excludes": ["sorry"]}, "Sorry, no", False),
        ({"excludes": ["sure"]}, "high pressure", True),
        ({"cites": "documents"}, '{"source": "pumps/echo.md"}', True),
        ({"cites": "documents"}, "See pumps/echo.md.", True),
        ({"cites": "documents"}, "See [faq.txt]", True),
        ({"cites": "documents"}, "See old/pumps/echo.md", False),
        ({"cites": "documents"}, "See pumps/echo.mdx", False),
        ({"cites": "documents"}, '{"source": "pumps/other.md"}', False),
        ({"cites": "documents"}, '{"answer": "Not on file", "source": "none"}', True),
        ({"cites": "documents"}, "", False),
    ],
)
def test_a_check_holds_or_says_why_not(check: dict[str, Any], reply: str, passes: bool) -> None:
    (built,) = build(check)
    assert (built.fails(reply) == "") is passes


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ({"colour": "red"}, "unknown check 'colour'"),
        ("json", "expected one check"),
        ({"json": {}, "words": {}}, "expected one check"),
        ({"json": {"schema": {"type": "objekt"}}}, "not a JSON schema"),
        ({"json": {"scheme": {}}}, "unknown key 'scheme'"),
        ({"words": {}}, "min, max or both"),
        ({"words": {"max": "20"}}, "'max' must be int"),
        ({"words": {"max": True}}, "'max' must be int"),
        ({"words": 20}, "expected a mapping"),
        ({"regex": "("}, "not a regular expression"),
        ({"regex": 5}, "expected a pattern"),
        ({"contains": []}, "expected a text or a list"),
        ({"contains": ""}, "expected a text or a list"),
        ({"excludes": [1]}, "expected a text or a list"),
        ({"cites": "sources"}, "expected `cites: documents`"),
    ],
)
def test_what_cannot_be_checked_is_named_in_one_line(check: Any, said: str) -> None:
    with pytest.raises(UserError) as caught:
        build({"json": {}}, check)
    text = str(caught.value)
    assert text.startswith("x/dataset.yaml: key 'style.checks[1]'")
    assert said in text
    assert "\n" not in text


def test_citing_without_a_corpus_is_refused() -> None:
    with pytest.raises(UserError, match="no corpus/"):
        build_checks([{"cites": "documents"}], documents=(), refusal=None, where="x/dataset.yaml", folder=Path())


def test_checks_of_one_kind_have_names_of_their_own() -> None:
    names = [c.name for c in build({"contains": "a"}, {"json": {}}, {"contains": "b"})]
    assert names == ["contains#0", "json", "contains#2"]


ALL: list[dict[str, Any]] = [
    {"json": {}}, {"json": {"schema": SCHEMA}}, {"words": {"max": 3}}, {"characters": {"min": 1}},
    {"sentences": {"exactly": 1}}, {"lines": {"max": 2}}, {"paragraphs": {"min": 2, "separator": "***"}},
    {"keywords": {"a": {"max": 2}}}, {"letters": {"e": {"min": 1}}}, {"regex": "^a.*b$"}, {"contains": ["a"]},
    {"excludes": ["b", "!"]}, {"cites": "documents"}, {"case": "upper"}, {"case": "lower"}, {"case": "title"},
    {"case": "sentence"}, {"capital_words": {"max": 0}}, {"punctuation": {"ban": ["comma", "emoji"]}},
    {"starts_with": {"text": "a", "paragraph": 2}}, {"ends_with": "a"}, {"one_of": ["a"]}, {"preamble": "none"},
    {"closing": "none"}, {"quotes": "whole"}, {"placeholders": {"min": 1}}, {"bullets": {"min": 1}},
    {"numbered": {"min": 1}}, {"headings": {"titles": ["a"], "level": 1}}, {"sections": {"word": "a", "min": 1}},
    {"highlights": {"min": 1}}, {"code": "only"}, {"code": "none"}, {"code": {"language": "sql"}},
    {"markdown": "none"}, {"language": "en"}, {"language": "ko"}, {"tone": {}},
]  # fmt: skip

PARTS = (
    "a", "B", "é", "e\u0301", "\ud800", "\x00", "\u200b", "\ufeff", "\r\n", "\r", "\n", "\n\n", " ", "\t", "-", "* ",
    "1. ", "9999999999. ", "# ", "```", "```sql\n", "`", "|", "|-|", "> ", "[", "](", ")", "[a]: b\n", "<b>", "&amp;",
    "\\", "{", "}", '"', ":", ",", ".", "!", "?", "“", "’", "«", "보증", "保", "न", "ع", "😊", "İ", "ß", "½", "²", "٣",
    "Ⅳ", "pumps/echo.md", "Sure, ", '{"a": "b"}', "[[[[", "NaN", "1e999", "not on file", "P.S.", "***", "---", "Dr. ",
    "e.g. ", "section 1",
)  # fmt: skip


def test_every_kind_of_check_is_in_the_property_tests() -> None:
    assert {name for check in ALL for name in check} >= set(CHECKS) - {"sql"}


@pytest.mark.parametrize("check", ALL, ids=lambda check: "-".join(map(str, check)))
def test_no_check_raises_whatever_the_reply(check: dict[str, Any]) -> None:
    (built,) = build(check)
    draw = random.Random(0)
    replies = ["", *PARTS, *("".join(draw.choices(PARTS, k=draw.randint(2, 30))) for _ in range(400))]
    replies += [
        "[" * 5000,
        '{"a":' * 5000,
        "9" * 5000,
        "a" * 20000,
        "[" + "a" * 20000,
        "> " * 300 + "a",
        "- " * 300 + "a",
    ]
    for reply in replies:
        assert isinstance(built.fails(reply), str)


@pytest.mark.parametrize("check", ALL, ids=lambda check: "-".join(map(str, check)))
def test_line_ends_outer_space_and_composed_letters_do_not_matter(check: dict[str, Any]) -> None:
    (built,) = build(check)
    for reply in ("Caf\u00e9 one.\n\nAnd two, a", '{"answer": "\u00e9"}', "# A\n\n- \u00fcber\n- b\n\n```sql\nx\n```"):
        spelt = " \n" + unicodedata.normalize("NFD", reply).replace("\n", "\r\n") + "\r\n"
        assert (built.fails(spelt) == "") is (built.fails(reply) == "")


def test_a_check_is_registered_by_one_decorated_function() -> None:
    @check("palindrome")
    def palindrome(argument: Any, context: StyleContext) -> Fails:
        return lambda reply: "" if reply == reply[::-1] else "reads otherwise backwards"

    try:
        (built,) = build({"palindrome": True})
        assert (built.fails("level"), built.fails("tilt")) == ("", "reads otherwise backwards")
    finally:
        CHECKS.remove("palindrome")


@pytest.mark.parametrize("argument", ["house", ["x"], {"auc": 0.9}])
def test_tone_takes_no_argument(argument: Any) -> None:
    with pytest.raises(UserError, match=r"expected `tone: \{\}`"):
        build({"tone": argument})
