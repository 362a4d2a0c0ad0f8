"""`dba report` of an SQLite file: what stands on the page, and that it asks nothing of anybody."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from dbarchitect.cli import run
from dbarchitect.errors import InputError

HARM = "<script>pwned=1</script>"
SCHEMA = f"""
CREATE TABLE customer (id INT PRIMARY KEY, email VARCHAR(100) UNIQUE, "{HARM}" STRING DEFAULT '{HARM}');
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer, total REAL);
CREATE INDEX a1 ON orders (total);
CREATE INDEX a2 ON orders (total);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO orders SELECT i, i % 50, i FROM n;
"""
WORKLOAD = """
-- calls: 1000
SELECT * FROM orders WHERE customer_id = 5 ORDER BY total;
-- calls: 3
SELECT nothing FROM nowhere;
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("pages are looked at in Chromium, and none is installed: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield opened
        finally:
            opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("lite")
    with closing(sqlite3.connect(found / "app.db")) as connection:
        connection.executescript(SCHEMA)
    (found / "workload.sql").write_text(WORKLOAD)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_all_of_it_and_asks_nothing_of_anybody(folder: Path, browser: Browser, scheme: str):
    page_file = folder / f"{scheme}.html"
    asked_for = ["--workload", str(folder / "workload.sql")]
    assert run(["report", str(folder / "app.db"), *asked_for, "-o", str(page_file)]) == 0
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})
    try:
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        page.on("console", lambda one: said.append(one.text))
        page.on("pageerror", lambda one: said.append(str(one)))
        page.goto(page_file.as_uri())
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        text = page.inner_text("body")
        for words in (
            "customer.id is INT PRIMARY KEY and not the rowid",
            "a1 repeats a2",
            "CREATE INDEX",
            "SELECT * FROM orders WHERE customer_id = 5",
            "left out",
            "rehearsed",
        ):
            assert words in text, words
        assert page.locator("svg text", has_text="orders").count() > 0, "the diagram"
        assert page.evaluate("typeof pwned") == "undefined"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than a telephone"
        assert asked == [page_file.as_uri()]
        assert said == []
    finally:
        context.close()


def test_without_a_workload_it_says_how_to_give_one(folder: Path):
    page_file = folder / "plain.html"
    assert run(["report", str(folder / "app.db"), "--no-prove", "-o", str(page_file)]) == 0
    text = page_file.read_text()
    assert "SQLite counts no queries" in text
    assert HARM not in text


def test_a_script_of_sqlite(folder: Path):
    (folder / "schema.sql").write_text("CREATE TABLE t (id INT PRIMARY KEY, a STRING);")
    run(["report", str(folder / "schema.sql"), "--engine", "sqlite", "--no-prove", "-o", str(folder / "script.html")])
    assert "not the rowid" in (folder / "script.html").read_text()


def test_what_is_no_database_is_one_message(folder: Path):
    (folder / "broken.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    with pytest.raises(InputError, match=r"broken\.db"):
        run(["report", str(folder / "broken.db"), "-o", str(folder / "broken.html")])
    assert not (folder / "broken.html").exists()
