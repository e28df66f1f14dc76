from __future__ import annotations

from typing import Any

import pytest

from eval.errors import UserError
from eval.metrics.style import Check, build_checks

DOCUMENTS = ("pumps/echo.md", "pumps/echo.md.old", "faq.txt")


def build(*checks: Any) -> list[Check]:
    return build_checks(list(checks), documents=DOCUMENTS, refusal="not on file", where="x/dataset.yaml")


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
        build_checks([{"cites": "documents"}], documents=(), refusal=None, where="x/dataset.yaml")


def test_checks_of_one_kind_have_names_of_their_own() -> None:
    names = [c.name for c in build({"contains": "a"}, {"json": {}}, {"contains": "b"})]
    assert names == ["contains#0", "json", "contains#2"]
