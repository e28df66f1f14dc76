"""Which grammar a data set's checks give, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from eval.arms.reply_grammar import reply_grammar
from eval.config import DatasetConfig
from eval.data.bundled import BUNDLED
from eval.records import Example, read_records

TRAIN = [Example("a", "?", ("1",), '{"answer": "1"}')]


def grammar(*checks: Any, train: list[Example] = TRAIN, refusal: str | None = None) -> str:
    return reply_grammar(
        DatasetConfig.model_validate(
            {"name": "s", "instruction": "i", "refusal": refusal, "style": {"checks": list(checks)}}
        ),
        train,
    )


def test_json_comes_first_and_is_spaced_as_in_training() -> None:
    found = grammar({"regex": "^a+$"}, {"json": {"schema": {"type": "object", "required": ["answer"]}}})
    assert found.startswith('start: reply\nreply: %json {"type": "object", "required": ["answer"]')
    assert '"item_separator": ", ", "key_separator": ": "' in found
    tight = grammar({"json": {}}, train=[Example("a", "?", ("1",), '{"answer":"1","x":2}')])
    assert '"item_separator": ",", "key_separator": ":"' in tight
    mixed = grammar({"json": {}}, train=[*TRAIN, Example("b", "?", ("1",), '{"answer":"1"}')])
    assert '"whitespace_flexible": true' in mixed


def test_a_refusal_in_plain_words_is_allowed_where_training_has_it() -> None:
    refused = Example("b", "?", reply="Not on file", answerable=False)
    assert grammar({"json": {}}, train=[*TRAIN, refused], refusal="Not on file").startswith(
        'start: reply | "Not on file"\n'
    )
    assert grammar({"json": {}}, refusal="Not on file").startswith("start: reply\n")


@pytest.mark.parametrize(
    ("check", "body"),
    [
        ({"one_of": ["yes", "no"]}, 'reply: "yes" | "no"'),
        ({"regex": r"^[A-Z]{2}/\d+$"}, r"reply: /[A-Z]{2}\/\d+/"),
        ({"regex": r"\ASELECT [^;]+;\Z"}, "reply: /SELECT [^;]+;/"),
        ({"regex": "not anchored"}, ""),
        ({"regex": r"^(?!.*x).*$"}, ""),  # no regular language
        ({"regex": "^a$|^b$"}, ""),
        ({"words": {"max": 9}}, ""),
    ],
)
def test_the_grammar_of_a_check(check: Any, body: str) -> None:
    assert grammar(check) == (f"start: reply\n{body}\n" if body else "")


QUERIES = [
    ("SELECT a FROM t", True),
    ("select count(*) from orders o where o.town = 'O''Neil' and units > 3 order by 1 desc limit 2;", True),
    ("SELECT a FROM t UNION ALL SELECT b FROM u", True),
    ("SELECT CASE WHEN a > 1 THEN 'x' ELSE 'y' END AS k FROM (SELECT a FROM t) AS q", True),
    ("SELECT DISTINCT p.a FROM t AS p LEFT JOIN u ON u.i = p.i WHERE p.d BETWEEN DATE('2024-03-05') AND 3.5", True),
    ("DROP TABLE t", False),
    ("SELECT a FROM t; DELETE FROM t", False),
    ("Sure! SELECT a FROM t", False),
    ("SELECT FROM t", False),
    ("SELECT a FROM t WHERE", False),
]


def test_a_check_of_sql_gives_one_query_that_reads() -> None:
    llguidance = pytest.importorskip("llguidance")
    text = llguidance.LLMatcher.grammar_from_lark(grammar({"sql": {"database": "shop.sqlite"}}))
    signs = llguidance.LLTokenizer("byte")

    def allowed(query: str) -> bool:
        matcher, tokens = llguidance.LLMatcher(signs, text), signs.tokenize_str(query)
        return matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()

    train = read_records(BUNDLED / "ondermoor" / "train.jsonl", Example)
    for query, right in [*QUERIES, *((e.reply, True) for e in train[::6])]:
        assert allowed(query) is right, query


def test_a_pattern_of_the_house_goes_before_sql() -> None:
    assert grammar({"sql": {"database": "shop.sqlite"}}, {"regex": r"\ASELECT [^;]+;\Z"}).endswith("/SELECT [^;]+;/\n")
