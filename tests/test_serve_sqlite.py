"""`dba serve` on SQLite: the same pages over real HTTP, trials on its twin, and no page for what it has not."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dbarchitect.cli import run
from dbarchitect.errors import InputError
from test_serve import Served, started

SCRIPT = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), total REAL);
"""
ROWS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO orders SELECT i, i % 500, i FROM n;
INSERT INTO customers SELECT DISTINCT customer_id, 'c' || customer_id FROM orders;
ANALYZE;
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("serve-lite")
    with closing(sqlite3.connect(folder / "app.db")) as connection:
        connection.executescript(SCRIPT + ROWS)
    before = hashlib.sha256((folder / "app.db").read_bytes()).digest()
    (folder / "w.sql").write_text("-- calls: 100\nSELECT total FROM orders WHERE customer_id = 7;\n")
    found = started(folder, "app.db", "--workload", "w.sql")
    try:
        found.enter()
        yield found
        assert hashlib.sha256((folder / "app.db").read_bytes()).digest() == before
        assert sorted(one.name for one in folder.iterdir()) == ["app.db", "stderr.txt", "w.sql"]
    finally:
        assert found.end() == 0


def test_pages_show_the_file_and_none_what_it_has_not(served: Served):
    overview = served.page("/")
    assert "fk-without-index" in overview or "orders" in overview
    for address in ("/diagram", "/tables", "/tables/1", "/findings", "/query", "/index"):
        assert "orders" in served.page(address) or address in ("/query", "/index")
    for address in ("/plan", "/rehearse"):
        assert f'href="{address}"' not in overview
        assert served.ask("GET", address)[0] == 404
    assert "made-up rows" not in served.page("/query")


def test_a_finding_offers_no_rehearsal(served: Served):
    served.page("/")
    page = served.page("/findings/1")
    assert "CREATE INDEX" in page
    assert "/rehearse" not in page


def test_a_query_is_planned_and_says_which_index_it_wants(served: Served):
    served.page("/")
    page = served.result("/query", sql="SELECT id FROM orders WHERE customer_id = 9 ORDER BY total")
    assert "20,000" in page
    assert "CREATE INDEX orders_customer_id" in page
    assert "syntax error" in served.result("/query", sql="SELEC 1")
    assert "holds 2 statements" in served.result("/query", sql="SELECT 1; SELECT 2")


def test_an_index_is_tried_with_the_workload_and_with_queries(served: Served):
    served.page("/")
    page = served.result("/index", sql="CREATE INDEX mine ON orders (customer_id)")
    assert "mine" in page and "without using it" not in page
    assert "20,000" in page  # rows that the plan without it reads
    other = served.result("/index", sql="CREATE INDEX mine ON orders (total)", queries="SELECT * FROM customers;")
    assert "No plan changes" in other
    assert "SQLite refuses the index" in served.result("/index", sql="CREATE INDEX mine ON orders (nothing)")
    assert "makes no index" in served.result("/index", sql="DROP TABLE orders")


def test_options_of_postgres_are_refused(tmp_path: Path):
    (tmp_path / "a.sql").write_text(SCRIPT)
    with pytest.raises(InputError, match="--migrations is for PostgreSQL"):
        run(["serve", str(tmp_path / "a.sql"), "--engine", "sqlite", "--migrations", str(tmp_path)])
