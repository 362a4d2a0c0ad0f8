"""`dba query keyset` on SQLite: walks over random queries in both directions against the whole answer."""

from __future__ import annotations

import random
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dbarchitect.api.keyset import KeysetOptions, keyset
from dbarchitect.cli import run
from dbarchitect.engines.sqlite.inspect import inspect
from dbarchitect.errors import InputError
from dbarchitect.model.keyset import Keyset, PageQuery
from dbarchitect.model.schema import Relational
from dbarchitect.query.keyset_sqlite import pages_sqlite

NOW = datetime(2026, 11, 27, tzinfo=UTC)
SCHEMA = """
CREATE TABLE Person (
    Id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, age INT, score REAL, name TEXT COLLATE NOCASE, any_value,
    price DECIMAL(8, 2), born DATE, n INTEGER NOT NULL, active BOOLEAN NOT NULL, "Odd Name" TEXT, raw BLOB,
    title TEXT NOT NULL COLLATE NOCASE
);
CREATE UNIQUE INDEX person_title ON Person (title COLLATE BINARY);  -- tells no rows apart by the column's own order
CREATE TABLE item (person INTEGER REFERENCES Person, number INTEGER NOT NULL, what TEXT, price NUMERIC,
    PRIMARY KEY (number)) WITHOUT ROWID;
CREATE TABLE note (region TEXT NOT NULL COLLATE RTRIM, number INT NOT NULL, body TEXT, UNIQUE (region, number));
CREATE TABLE loose (key TEXT PRIMARY KEY, a INT);
CREATE VIEW adult AS SELECT Id AS who, age, lower(code) AS code FROM Person WHERE age > 3 OR age IS NULL;
"""
KEYS = (
    *("Id", "code", "age", "score", "name", "any_value", "price", "born", "n", "active", '"Odd Name"', "raw", "title"),
    *("lower(code)", "age + n", "coalesce(age, 3)", "n * 2 - Id % 3", "price / n", "name COLLATE BINARY", "-n"),
    *("age IS NULL", "length(title)", "CASE WHEN active THEN n END", "name || n", "code COLLATE NOCASE", "[age]"),
    *("CAST(any_value AS TEXT)", "abs(score)", "substr(code, 2)", "min(n, age)", "n = 2 OR active"),
)


def fill(connection: sqlite3.Connection, rows: int = 40) -> None:
    dice = random.Random(1)
    values = [None, 1, 2, 1.0, 2.5, "1", "a", "A", b"a", b"", "", 2**62, -1]
    for number in range(rows):
        connection.execute(
            "INSERT INTO Person VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number * 3,
                f"C{number}",
                dice.choice([None, *range(5), "text", 2.5]),
                dice.choice([None, 0.1, 0.1 + 0.2, -0.0, 1e300, float("inf"), 3]),
                dice.choice([None, "a", "A", "b", "B", "ä", ""]),
                dice.choice(values),
                dice.choice([None, 1, 1.5, "1.5", "n/a", 2]),
                dice.choice([None, "2026-01-01", "2026-01-02", 1767225600]),
                dice.randrange(3),
                dice.randrange(2),
                dice.choice([None, "q", "Q", ""]),
                dice.choice([None, b"\0", b"\0\1", b"x", "x"]),
                f"{dice.choice('aAbB')}{'x' * number}",
            ),
        )
        connection.execute(
            "INSERT INTO item VALUES (?, ?, ?, ?)",
            (
                dice.choice([None, dice.randrange(rows) * 3]),
                number,
                dice.choice([None, "pen", "ink"]),
                dice.choice([None, 1, 2, "2", "x"]),
            ),
        )
        connection.execute(
            "INSERT INTO note VALUES (?, ?, ?)", (dice.choice(["n", "n ", "s"]), number, dice.choice([None, "x", "y"]))
        )


def order(dice: random.Random, keys: tuple[str, ...]) -> str:
    chosen = dice.sample(keys, dice.randint(1, min(4, len(keys))))
    way = dice.choice((" DESC", "", None))
    parts = [
        one
        + (dice.choice(("", " ASC", " DESC")) if way is None else way)
        + dice.choice(("", "", " NULLS FIRST", " NULLS LAST"))
        for one in chosen
    ]
    return f"ORDER BY {', '.join(parts)}"


def query(dice: random.Random) -> str:
    tail = f"LIMIT {dice.randint(1, 9)}" + dice.choice(("", f" OFFSET {dice.randint(1, 20)}"))
    where = dice.choice(("", "", "WHERE n >= 0", "WHERE n = 1 OR active", "WHERE age IS NOT NULL", "WHERE age > 1"))
    shape = dice.randrange(7)
    if shape <= 2:
        shown = dice.choice(("*", "Id, age, n", "n", "code, name, [Odd Name]", "p.*"))
        return f"SELECT {shown} FROM Person p {where} {order(dice, KEYS)} {tail}"
    if shape == 3:
        join = dice.choice(("JOIN", "LEFT JOIN"))
        keys = ("p.age", "p.name", "p.Id", "i.number", "i.price", "i.what", "p.n", "p.score")
        return (
            f"SELECT p.Id, i.number, i.what FROM Person p {join} item i ON i.person = p.Id {order(dice, keys)} {tail}"
        )
    if shape == 4:
        keys = ("n", "age", "count(*)", "c", "max(price)", "2")
        shown = "n, age, count(*) AS c, max(price) AS m"
        return f"SELECT {shown} FROM Person {where} GROUP BY n, age {order(dice, keys)} {tail}"
    if shape == 5:
        keys = ("region", "number", "body", "body COLLATE NOCASE")
        return f"SELECT region, number, body FROM note {order(dice, keys)} {tail}"
    return dice.choice(
        (
            f"SELECT * FROM adult {order(dice, ('who', 'age', 'code'))} {tail}",
            f"SELECT DISTINCT age, n, name FROM Person {order(dice, ('age', 'n', 'name'))} {tail}",
            f"SELECT * FROM (SELECT Id, age, lower(code) AS low FROM Person) s {order(dice, ('age', 'low'))} {tail}",
            "SELECT Id, row_number() OVER (PARTITION BY n ORDER BY age, Id) AS r, n FROM Person "
            f"{order(dice, ('r', 'n'))} {tail}",
        )
    )


@pytest.fixture(scope="module")
def database() -> Iterator[tuple[sqlite3.Connection, Relational]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        fill(connection)
        yield connection, inspect(connection)


Row = tuple[object, ...]


def rows_of(
    connection: sqlite3.Connection, page: PageQuery, size: int, cursor: dict[str, object]
) -> tuple[list[str], list[Row]]:
    values = [size if one.role == "page size" else cursor[one.cursor] for one in page.parameters]
    found = connection.execute(page.sql, values)
    return [one[0].lower() for one in found.description], found.fetchall()


def check(connection: sqlite3.Connection, schema: Relational, sql: str) -> Keyset:
    """Walk one query both ways. Raises `AssertionError` for rows that are lost, twice or out of order."""
    found = pages_sqlite(sql, schema)
    assert not found.refused, f"{found.refused}\n{sql}"
    assert found.first
    assert found.next
    assert found.previous
    assert found.page_size
    size = found.page_size
    whole = re.sub(rf"LIMIT {size}$", "LIMIT 100000", found.first.sql)
    wanted = connection.execute(whole).fetchall()
    names, page = rows_of(connection, found.first, size, {})

    def cursor(row: Row) -> dict[str, object]:
        return {key.name: row[names.index(key.name.lower())] for key in found.keys}

    walked = list(page)
    while len(page) == size:
        assert len(walked) < 20_000, f"it never ends\n{found.next.sql}"
        _, page = rows_of(connection, found.next, size, cursor(page[-1]))
        walked += page
    assert repr(walked) == repr(wanted), f"forwards\n{sql}\n{found.next.sql}"
    if wanted:
        back: list[Row] = []
        last = wanted[-1]
        while True:
            _, page = rows_of(connection, found.previous, size, cursor(last))
            back = [*page, *back]
            if len(page) < size:
                break
            last = page[0]
        assert repr(back) == repr(wanted[:-1]), f"backwards\n{sql}\n{found.previous.sql}"
    own = connection.execute(sql[: sql.index("LIMIT")]).fetchall()
    shown = [row[: len(own[0])] for row in wanted] if own else []
    hidden = {key.name for key in found.keys if key.hidden}
    assert names[: len(names) - len(hidden)] == [one for one in names if one not in hidden]
    assert Counter(map(repr, shown)) == Counter(map(repr, own)), f"other rows\n{sql}"
    return found


@pytest.mark.parametrize("part", range(4))
def test_walks_over_random_queries_give_every_row_once_and_in_order(database, part: int):
    connection, schema = database
    for seed in range(100 * part, 100 * (part + 1)):
        check(connection, schema, query(random.Random(seed)))


def test_null_is_the_least_value(database):
    connection, schema = database
    for written in ("age", "age DESC", "age NULLS LAST", "age DESC NULLS FIRST"):
        found = check(connection, schema, f"SELECT Id, age FROM Person ORDER BY {written} LIMIT 4")
        assert (found.index is None) == ("NULLS" in written), found.index_why


def test_a_unique_index_of_another_collation_tells_no_rows_apart(database):
    connection, schema = database
    found = check(connection, schema, "SELECT title FROM Person ORDER BY title LIMIT 3")
    assert found.keys[0].expression == "title"
    assert len(found.keys) == 2


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT a FROM loose ORDER BY a LIMIT 3", "no unique key"),
        ("SELECT n FROM Person UNION SELECT number FROM item ORDER BY n LIMIT 3", "affinity"),
        ("SELECT n FROM Person ORDER BY random() LIMIT 3", "another value on the next page"),
        ("SELECT n FROM Person ORDER BY julianday('now') - born LIMIT 3", "another value on the next page"),
        ("SELECT count(*) FROM Person", "gives one row"),
    ],
)
def test_what_has_no_pages_says_why(database, sql: str, why: str):
    assert why in pages_sqlite(sql, database[1]).refused


def test_own_parameters_keep_their_place(database):
    _, schema = database
    found = pages_sqlite("SELECT Id, n FROM Person WHERE n = ? AND age > :low ORDER BY n LIMIT 5", schema)
    assert found.next is not None
    assert [one.role for one in found.next.parameters].count("given") == 2
    assert "?1" in found.next.sql
    assert "$" not in found.next.sql


def test_the_verb_plans_and_measures(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
        connection.execute(
            "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 5000) "
            "INSERT INTO Person (Id, code, n, active, title) SELECT x, 'c' || x, x % 7, 1, 't' || x FROM i"
        )
        connection.commit()
    sql = "SELECT Id, n FROM Person ORDER BY n DESC LIMIT 20 OFFSET 400"
    found = keyset(str(path), sql, KeysetOptions(now=NOW, page=100, measure=True))
    assert found.plans is not None
    assert found.plans.equal
    assert found.plans.used == (found.index.name.name if found.index else "")
    assert not found.plans.sorts
    assert found.proof.level == "measured"
    assert run(["query", "keyset", str(path), sql]) == 0
    assert "as ?n: ?1" in capsys.readouterr().out
    with pytest.raises(InputError, match="--orm"):
        run(["query", "keyset", str(path), sql, "--orm", "prisma"])
    with pytest.raises(InputError, match="does not take it"):
        run(["query", "keyset", str(path), "SELECT Id FROM Person ORDER BY now_or_never(n) LIMIT 3"])
    assert run(["query", "keyset", str(path), "SELECT a FROM loose ORDER BY a"]) == 1
