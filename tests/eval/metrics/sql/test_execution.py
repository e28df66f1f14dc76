from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.config import DatasetConfig, Knowledge, Style
from eval.data.dataset import load_dataset
from eval.errors import UserError
from eval.metrics.sql.execution import extract_sql, is_ordered, same_rows, sql_fault
from eval.metrics.sql.sqlite import Result
from eval.metrics.style.run_checks import build_checks
from eval.records import Example, Prediction
from eval.score import score_mode

GOLD = "SELECT name FROM goods WHERE price < 10"


def database(folder: Path) -> Path:
    file = folder / "shop.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE goods (name TEXT, price REAL, stock INTEGER)")
        connection.executemany(
            "INSERT INTO goods VALUES (?, ?, ?)", [("rope", 2.5, 10), ("tar", 3, 4), ("sail", 80, 1)]
        )
    connection.close()
    return file


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return database(tmp_path)


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "{};",
        "  {} ;\n",
        "```sql\n{}\n```",
        "```\n{};\n```",
        "```{}```",
        "```sql {}```",
        "```sqlite\n{}",
        "SQL: {}",
        "Query:\n{};",
        "Here is the query you asked for:\n\n```sql\n{};\n```\nIt gives the cheap goods.",
        "Sure! The query is: {}",
        "{}; This gives the cheap goods.",
        "{};\n\nExplanation: the goods are filtered by price",
        "```sql\n{}\n```\nwhich prints\n```\nrope\ntar\n```",
    ],
)
def test_the_query_is_found_in_every_form(shop: Path, form: str) -> None:
    assert extract_sql(form.format(GOLD)) == GOLD
    assert sql_fault(shop, form.format(GOLD), [GOLD]) == ""
    assert sql_fault(shop, form.format(GOLD.replace("<", ">")), [GOLD]) != ""


@pytest.mark.parametrize(
    ("reply", "query"),
    [
        ("SELECT 'a;b'; SELECT 1", "SELECT 'a;b'; SELECT 1"),
        ("SELECT ';' AS x; done", "SELECT ';' AS x"),
        ("SELECT 1 -- a; b\n;", "SELECT 1 -- a; b"),
        ("SELECT 'it''s; so' FROM t;", "SELECT 'it''s; so' FROM t"),
        ("SELECT 1; DROP TABLE goods;", "SELECT 1; DROP TABLE goods"),
        ("I cannot say.", "I cannot say."),
        ("", ""),
    ],
)
def test_several_statements_stay_and_prose_after_one_goes(reply: str, query: str) -> None:
    assert extract_sql(reply) == query


@pytest.mark.parametrize(
    ("query", "gold", "right"),
    [
        ("SELECT name FROM goods WHERE stock >= 4", GOLD, True),
        ("SELECT name AS whatever FROM goods WHERE price < 10 ORDER BY name DESC", GOLD, True),
        ("SELECT name, price FROM goods WHERE price < 10", GOLD, False),
        ("SELECT name FROM goods", GOLD, False),
        ("SELECT name FROM goods WHERE price < 10 UNION ALL SELECT 'tar'", GOLD, False),
        ("SELECT name FROM goods ORDER BY price", "SELECT name FROM goods ORDER BY price DESC", False),
        ("SELECT name FROM goods ORDER BY stock", "SELECT name FROM goods ORDER BY price DESC", True),
        ("SELECT COUNT(*) * 1.0 FROM goods", "SELECT COUNT(*) FROM goods", True),
        ("SELECT SUM(price) / 3 FROM goods", "SELECT AVG(price) FROM goods", True),
        ("SELECT ROUND(AVG(price) / 7, 2) FROM goods", "SELECT AVG(price) / 7 FROM goods", False),
        ("SELECT '3' FROM goods", "SELECT 3 FROM goods", False),
        ("SELECT NULL", "SELECT 0", False),
        ("SELECT 0.1 + 0.2 - 0.3", "SELECT 0", True),
        ("DELETE FROM goods; SELECT 1", "SELECT 1", False),
        ("SELEC 1", "SELECT 1", False),
    ],
)
def test_a_query_is_right_when_it_gives_the_rows_of_an_accepted_one(
    shop: Path, query: str, gold: str, right: bool
) -> None:
    assert (sql_fault(shop, query, ["SELECT 'another'", gold]) == "") is right


def test_why_a_query_is_wrong_is_said(shop: Path) -> None:
    for query, said in [
        ("SELEC 1", 'the query does not run: near "SELEC": syntax error'),
        ("DROP TABLE goods", "the query does more than read"),
        ("SELECT 1; SELECT 2", "the query holds several statements"),
        ("SELECT 7 UNION SELECT 8", "the query gives 2 rows, not those of an accepted one, first (7,)"),
        ("SELECT 1 WHERE 0", "the query gives 0 rows, not those of an accepted one"),
        ("I do not know", 'the query does not run: near "I": syntax error'),
    ]:
        assert sql_fault(shop, query, [GOLD]) == said


def test_rounding_neither_parts_nor_pairs_rows() -> None:
    a, b = 0.1 + 0.2, 0.3
    assert a != b
    gold = Result(((a, "x"), (b, "y"), (1e9 + 0.1, None)))
    assert same_rows(gold, Result(((1e9, None), (b, "x"), (a, "y"))), ordered=False)
    assert not same_rows(gold, Result(((1e9, None), (b, "x"), (a, "x"))), ordered=False)
    assert not same_rows(gold, Result(((1e9, None), (b, "x"), (a, "y"))), ordered=True)
    assert not same_rows(Result(((1,), (1,), (2,))), Result(((1,), (2,), (2,))), ordered=False)
    assert not same_rows(Result(((1.0,),)), Result(((1.00001,),)), ordered=False)
    assert not same_rows(Result(fault="x"), Result(fault="x"), ordered=False)


@pytest.mark.parametrize(
    ("query", "ordered"),
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("select a from t order\n by a limit 3;", True),
        ("SELECT a FROM t UNION SELECT b FROM u ORDER BY 1", True),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a)", False),
        ("SELECT RANK() OVER (PARTITION BY (b) ORDER BY a) FROM t", False),
        ("SELECT ' order by ', \"order by\" FROM t", False),
        ("SELECT a FROM t -- ORDER BY a", False),
        ("SELECT a FROM t /* ORDER BY a */", False),
        ("SELECT a, '(' FROM t ORDER BY a", True),
    ],
)
def test_order_counts_where_the_outermost_query_orders(query: str, ordered: bool) -> None:
    assert is_ordered(query) is ordered


def test_knowledge_and_style_of_a_reply_are_scored_apart(shop: Path) -> None:
    config = DatasetConfig(
        name="shop", instruction="Write SQL.",
        knowledge=Knowledge(metric="sql", database="shop.sqlite", answer="$.query"),
        style=Style(checks=[{"sql": {"database": "shop.sqlite"}}]),
    )  # fmt: skip
    example = Example("q", "Which goods are cheap?", (GOLD,), group="q")

    def score(reply: str) -> list[tuple[str, str, float | None, str]]:
        found = score_mode(config, "base", [example], [Prediction("q", reply)], (), folder=shop.parent)
        return [(s.axis, s.metric, s.value, s.reason) for s in found if s.primary]

    assert score(GOLD) == [("knowledge", "sql", 1.0, ""), ("style", "all_checks", 1.0, "")]
    fault = 'as a query it does not run: unrecognized token: "{"'
    assert score(json.dumps({"query": GOLD})) == [
        ("knowledge", "sql", 1.0, ""), ("style", "all_checks", 0.0, f"sql: {fault}")
    ]  # fmt: skip
    assert score("SELECT 5")[0][1:] == ("sql", 0.0, "the query gives 1 rows, not those of an accepted one, first (5,)")
    assert score("SELECT 5")[1][1:] == ("all_checks", 1.0, "")


@pytest.mark.parametrize("argument", [None, {}, {"database": 5}, {"file": "shop.sqlite"}, "shop.sqlite"])
def test_a_check_without_its_database_is_named(shop: Path, argument: Any) -> None:
    with pytest.raises(UserError, match=r"key 'style\.checks\[0\]': sql: expected \{database: FILE\}"):
        build_checks([{"sql": argument}], documents=(), refusal=None, where="x", folder=shop.parent)
    with pytest.raises(UserError, match=r"key 'style\.checks\[0\]': sql: .*other\.sqlite: no such file"):
        build_checks([{"sql": {"database": "other.sqlite"}}], documents=(), refusal=None, where="x", folder=shop.parent)


def yaml(knowledge: str) -> str:
    return f"name: shop\ninstruction: Write SQL.\nknowledge: {knowledge}\n"


def rows(split: str, query: str = GOLD) -> str:
    row = {"id": split, "question": f"Which are the {split} goods?", "answers": [query], "reply": query, "group": split}
    return json.dumps(row) + "\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"dataset.yaml": yaml("{metric: sql}")}, r"dataset\.yaml: missing key 'knowledge\.database'"),
        (
            {"dataset.yaml": yaml("{metric: sql, database: none.sqlite}")},
            r"dataset\.yaml: key 'knowledge\.database': .*none\.sqlite: no such file",
        ),
        (
            {"dataset.yaml": yaml("{metric: sql, database: test.jsonl}")},
            r"key 'knowledge\.database': .*test\.jsonl: not a SQLite file",
        ),
        (
            {"dataset.yaml": yaml("{metric: contains, database: shop.sqlite}")},
            r"key 'knowledge\.database': is for the metric sql, not for contains",
        ),
        (
            {"test.jsonl": "\n" + rows("test", "SELECT colour FROM goods")},
            r"test\.jsonl:2: key 'answers': the accepted query does not run: no such column: colour; fix it: SELECT",
        ),
        (
            {"test.jsonl": rows("test", "DELETE FROM goods")},
            r"test\.jsonl:1: key 'answers': the accepted query does more than read",
        ),
    ],
)
def test_what_is_wrong_with_a_data_set_of_queries_is_said_in_one_line(
    make_dataset: Callable[..., Path], files: dict[str, str], said: str
) -> None:
    good = {
        "dataset.yaml": yaml("{metric: sql, database: shop.sqlite}"),
        "train.jsonl": rows("train"), "test.jsonl": rows("test"),
    }  # fmt: skip
    folder = make_dataset("good", **good)
    database(folder)
    assert load_dataset(folder).config.knowledge.database == "shop.sqlite"
    folder = make_dataset("bad", **good | files)
    database(folder)
    with pytest.raises(UserError, match=said) as caught:
        load_dataset(folder)
    assert "\n" not in str(caught.value)
