from __future__ import annotations

import hashlib
import sqlite3
import time
from pathlib import Path

import pytest

from eval.metrics.sql.sqlite import ROWS, find_database, run_query

NESTED = "WITH c0 AS (SELECT 1 AS x)" + "".join(
    f", c{i} AS (SELECT a.x FROM c{i - 1} a, c{i - 1} b)" for i in range(1, 60)
)  # fmt: skip
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "shop.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE goods (name TEXT, price REAL, stock INTEGER, picture BLOB)")
        rows = [("rope", 2.5, 10, b"\x00\xff"), ("tar", 3.0, None, None), ("sail's", 80.0, 1, b"")]
        connection.executemany("INSERT INTO goods VALUES (?, ?, ?, ?)", rows)
    connection.close()
    return file


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_rows_come_as_they_are_in_the_file(shop: Path) -> None:
    expected = (("rope", 2.5, 10, b"\x00\xff"), ("tar", 3.0, None, None), ("sail's", 80.0, 1, b""))
    assert run_query(shop, "SELECT * FROM goods ORDER BY rowid;").rows == expected
    assert run_query(shop, "SELECT 9e999, -1 FROM goods LIMIT 1").rows == ((float("inf"), -1),)
    assert run_query(shop, "WITH g AS (SELECT price FROM goods) SELECT COUNT(*) FROM g -- three").rows == ((3,),)
    assert run_query(shop, "SELECT value FROM json_each('[4, 5]')").rows == ((4,), (5,))


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("INSERT INTO goods VALUES ('x', 1, 1, NULL)", "does more than read"),
        ("DELETE FROM goods", "does more than read"),
        ("UPDATE goods SET price = 0", "does more than read"),
        ("DROP TABLE goods", "does more than read"),
        ("CREATE TABLE t (a)", "does more than read"),
        ("CREATE TEMP TABLE t AS SELECT 1", "does more than read"),
        ("VACUUM", "does more than read"),
        ("VACUUM INTO 'copy.sqlite'", "does more than read"),
        ("BEGIN", "does more than read"),
        ("PRAGMA journal_mode = WAL", "does more than read"),
        ("PRAGMA table_info(goods)", "does more than read"),
        ("SELECT * FROM pragma_table_info('goods')", "does more than read"),
        ("ATTACH 'other.sqlite' AS other", "does more than read"),
        ("SELECT load_extension('x')", "load_extension"),
        ("WITH g AS (SELECT 1) DELETE FROM goods", "does more than read"),
        ("SELEC 1", "syntax error"),
        ("SELECT colour FROM goods", "no such column: colour"),
        ("UPDATE sqlite_master SET sql = ''", "may not be modified"),
        ("SELECT 1; SELECT 2", "several statements"),
        ("SELECT 1; DROP TABLE goods", "several statements"),
        ("", "is not a query"),
        ("-- nothing", "is not a query"),
        ("SELECT '\x00'", "does not run"),
        ("SELECT '\ud800'", "does not run"),
        ("SELECT " + "(" * 5_000, "does not run"),
        ("SELECT zeroblob(2000000000)", "too big"),
        (ENDLESS + " SELECT i FROM n", f"more than {ROWS} rows"),
        (ENDLESS + " SELECT COUNT(*) FROM n", "runs too long"),
        (ENDLESS + " SELECT i, zeroblob(900000) FROM n", "needs too much memory"),
    ],
)
def test_what_does_not_only_read_or_does_not_end_is_a_fault_and_changes_nothing(
    shop: Path, query: str, fault: str
) -> None:
    before, files = digest(shop), sorted(shop.parent.iterdir())
    assert fault in run_query(shop, query).fault
    assert (digest(shop), sorted(shop.parent.iterdir())) == (before, files)
    assert run_query(shop, "SELECT COUNT(*) FROM goods").rows == ((3,),)


def test_a_query_that_hangs_while_it_is_prepared_is_ended(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.metrics.sql.sqlite.SECONDS", 0.5)
    start = time.monotonic()
    assert run_query(shop, NESTED + " SELECT x FROM c59").fault in ("runs too long", "needs too much memory")
    assert time.monotonic() - start < 30, "it would take the age of the universe"
    assert run_query(shop, "SELECT COUNT(*) FROM goods").rows == ((3,),)


def test_results_are_not_kept_when_the_file_changes(shop: Path) -> None:
    query = "SELECT COUNT(*) FROM goods"
    assert run_query(shop, query).rows == ((3,),)
    with sqlite3.connect(shop) as connection:
        connection.execute("DELETE FROM goods WHERE name = 'tar'")
    connection.close()
    assert run_query(shop, query).rows == ((2,),)


def test_a_database_is_found_below_the_folder_or_it_is_said_why_not(shop: Path) -> None:
    folder = shop.parent
    assert find_database(folder, "shop.sqlite") == shop
    (folder / "text.sqlite").write_text("not a database", encoding="utf-8")
    (folder / "inner").mkdir()
    for base, name, said in [
        (folder, "none.sqlite", "no such file"),
        (folder, "text.sqlite", "not a SQLite file"),
        (folder, "inner", "no such file"),
        (folder, str(shop), "outside"),
        (folder / "inner", "../shop.sqlite", "outside"),
    ]:
        with pytest.raises(ValueError, match=said):
            find_database(base, name)


def test_a_database_with_changes_beside_it_is_refused(shop: Path) -> None:
    connection = sqlite3.connect(shop)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("DELETE FROM goods")
    connection.commit()
    with pytest.raises(ValueError, match=r"shop\.sqlite-wal beside it"):
        find_database(shop.parent, "shop.sqlite")
    connection.close()
    assert find_database(shop.parent, "shop.sqlite") == shop
