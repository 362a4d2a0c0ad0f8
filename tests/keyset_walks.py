"""Random queries over random rows, and walks over their pages in both directions: nothing lost, nothing twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg.pq import ExecStatus

from dbarchitect.engines.postgres.describe import describe
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.model.keyset import Keyset, PageQuery
from dbarchitect.model.schema import Relational
from dbarchitect.query.keyset import pages

_MOST = 20_000  # rows of one walk: with more it goes in circles
Row = tuple[bytes | None, ...]

SCHEMA = """
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
ALTER TYPE mood ADD VALUE 'angry' BEFORE 'sad';
CREATE DOMAIN name_text AS text NOT NULL;
CREATE TABLE person (
    id integer PRIMARY KEY, code text NOT NULL UNIQUE, age integer, born date, seen timestamptz NOT NULL,
    score double precision, small real, money numeric(8, 2), feeling mood, active boolean NOT NULL, mail citext,
    tag char(4), doc jsonb, alike text COLLATE "POSIX", n integer NOT NULL, title name_text, "Odd Name" text,
    span int4range
);
CREATE TABLE item (
    person integer REFERENCES person ON DELETE CASCADE, number integer NOT NULL, what text, price numeric, place inet,
    UNIQUE NULLS NOT DISTINCT (person, number)
);
CREATE TABLE note (
    region text NOT NULL, number bigint NOT NULL, person integer REFERENCES person ON DELETE CASCADE, body text,
    at timestamp NOT NULL, PRIMARY KEY (region, number)
);
CREATE VIEW adult AS SELECT id AS who, age, lower(code) AS code, seen FROM person WHERE age > 3 OR age IS NULL;
"""
FILL = """
INSERT INTO person
SELECT g, 'C' || g,
    CASE WHEN random() < .7 THEN (random() * 6)::int END,
    CASE WHEN random() < .7 THEN date '2024-01-01' + (random() * 4)::int END,
    timestamptz '2024-03-31 00:00:00+00' + round(random() * 5) * interval '30 minutes 1 microsecond',
    (ARRAY['NaN', 'Infinity', '-Infinity', '0', '-0', '0.1', '1e-300', NULL])[1 + (random() * 7)::int]::float8,
    (ARRAY['NaN', '0.1', '0.2', '16777217', NULL])[1 + (random() * 4)::int]::real,
    CASE WHEN random() < .7 THEN round((random() * 3)::numeric, 1) END,
    (ARRAY['sad', 'ok', 'happy', 'angry', NULL])[1 + (random() * 4)::int]::mood,
    random() < .5,
    (ARRAY['a@x', 'A@x', 'b@x', 'B@X', NULL])[1 + (random() * 4)::int],
    (ARRAY['a', 'a ', 'ab', 'b', NULL])[1 + (random() * 4)::int],
    (ARRAY['1', '1.0', 'null', '{"a": 1}', '[]', '"x"', NULL])[1 + (random() * 6)::int]::jsonb,
    (ARRAY['ab', 'AB', 'Ab', 'b', NULL])[1 + (random() * 4)::int],
    (random() * 3)::int,
    (ARRAY['', 'x', 'it''s', 'Ü'])[1 + (random() * 3)::int],
    (ARRAY['q', '', NULL])[1 + (random() * 2)::int],
    (ARRAY['empty', '[1,4)', '(,3)', NULL])[1 + (random() * 3)::int]::int4range
FROM generate_series(1, %(rows)s) g;
INSERT INTO item SELECT CASE WHEN random() < .8 THEN 1 + (random() * (%(rows)s - 1))::int END, g,
    (ARRAY['pen', 'ink', NULL])[1 + (random() * 2)::int],
    CASE WHEN random() < .7 THEN (random() * 3)::int END,
    (ARRAY['10.0.0.1', '10.0.0.0/8', NULL])[1 + (random() * 2)::int]::inet
FROM generate_series(1, %(rows)s) g;
INSERT INTO note SELECT (ARRAY['n', 's'])[1 + (random())::int], g,
    CASE WHEN random() < .8 THEN 1 + (random() * (%(rows)s - 1))::int END,
    (ARRAY['x', 'y', NULL])[1 + (random() * 2)::int], timestamp '2024-01-01' + round(random() * 3) * interval '1 hour'
FROM generate_series(1, %(rows)s) g;
"""

PERSON = (
    "id", "code", "age", "born", "seen", "score", "small", "money", "feeling", "active", "mail", "tag", "doc", "alike",
    "n", "title", '"Odd Name"', "span",
)  # fmt: skip
EXPRESSIONS = (
    "lower({}code)", "{}age + {}n", "coalesce({}age, 3)", "{}n * 2 - {}id % 3", "{}money / 2", "{}born::text",
    "date_trunc('hour', {}seen)", '{}code COLLATE "C"', "{}age IS NULL", "length({}title)", "-{}n",
    "CASE WHEN {}active THEN {}n END", "{}doc ->> 'a'", "({}n, {}age) IS NULL", "{}n = 2 OR {}active",
)  # fmt: skip
ITEM, NOTE = ("person", "number", "what", "price", "place"), ("region", "number", "body", "at")


@dataclass(frozen=True, slots=True)
class Case:
    """A query; `still`: its rows are rows of tables or pairs of them, which do not change while others are written."""

    sql: str
    still: bool = True


def query(dice: random.Random) -> Case:
    """A random query with ORDER BY, LIMIT and perhaps OFFSET."""
    shape = dice.choice(SHAPES)
    return shape(dice)


def _order(dice: random.Random, keys: list[str], least: int = 1) -> str:
    chosen = dice.sample(keys, min(len(keys), dice.randint(least, 4)))
    way = dice.choice((" DESC", "", None))  # all alike, or mixed
    parts = [
        one
        + (dice.choice(("", " ASC", " DESC")) if way is None else way)
        + dice.choice(("", "", " NULLS FIRST", " NULLS LAST"))
        for one in chosen
    ]
    return f"ORDER BY {', '.join(parts)}"


def _tail(dice: random.Random) -> str:
    size = dice.randint(1, 9)
    limit = dice.choice((f"LIMIT {size}", f"FETCH FIRST {size} ROWS ONLY", f"limit {size}"))
    offset = dice.choice(("", "", f" OFFSET {dice.randint(0, 40)}"))
    if limit.startswith("FETCH"):
        return f"{offset} {limit}"
    return f"{limit}{offset}"


def _where(dice: random.Random, alias: str = "") -> str:
    return dice.choice(
        (
            "",
            "",
            f"WHERE {alias}n >= 0",
            f"WHERE {alias}n = 1 OR {alias}active",
            f"WHERE {alias}age IS NOT NULL -- old\n",
            f"WHERE {alias}active AND {alias}n = 2",
            f"WHERE NOT {alias}active",
            f"WHERE {alias}age IS NULL",
        )
    )


def _person_keys(alias: str = "") -> list[str]:
    own = [f"{alias}{one}" for one in PERSON]
    return own + [one.replace("{}", alias) for one in EXPRESSIONS]


def _single(dice: random.Random) -> Case:
    shown = dice.choice(("*", "id, age, n", "n", "age AS n, n AS age, id", "code, lower(code) AS low, seen", "p.*"))
    keys = _person_keys("p." if shown.startswith("age AS") or dice.random() < 0.3 else "")
    if shown == "age AS n, n AS age, id":
        keys = ["n", "age", "1", "2", "p.n", "p.age", "id"]
    if shown.startswith("code"):
        keys += ["low", "1", "2"]
    lines = dice.choice((" ", "\n", "\n    "))
    return Case(
        f"SELECT {shown}{lines}FROM person p{lines}{_where(dice, 'p.')}{lines}{_order(dice, keys)}{lines}{_tail(dice)}"
    )


def _joined(dice: random.Random) -> Case:
    join = dice.choice(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"))
    other, columns = dice.choice((("item i", ITEM), ("note i", NOTE)))
    keys = _person_keys("p.") + [f"i.{one}" for one in columns] * 3
    shown = dice.choice(("*", "p.id, i.number", "i.*", "p.n, i.number AS x, p.id"))
    left, right = dice.choice((("person p", other), (other, "person p")))
    where = _where(dice, "p.") if join == "JOIN" else ""
    return Case(
        f"SELECT {shown} FROM {left} {join} {right} ON i.person = p.id {where} {_order(dice, keys)} {_tail(dice)}"
    )


def _three(dice: random.Random) -> Case:
    keys = ["p.n", "p.age", "i.what", "i.price", "m.body", "m.at", "p.feeling"]
    joins = dice.choice(
        (
            "person p JOIN item i ON i.person = p.id LEFT JOIN note m ON m.person = p.id",
            "person p, item i, note m WHERE i.person = p.id AND m.person = i.person",
            "note m LEFT JOIN (person p JOIN item i ON i.person = p.id) ON m.person = p.id",
        )
    )
    return Case(f"SELECT p.id, i.number, m.number AS other FROM {joins} {_order(dice, keys)} {_tail(dice)}")


def _using(dice: random.Random) -> Case:
    join = dice.choice(("JOIN", "LEFT JOIN", "FULL JOIN"))
    keys = ["what", "price", "body", "region", "at", "person"] if join == "JOIN" else ["what", "price", "body", "at"]
    return Case(f"SELECT * FROM item {join} note USING (person) {_order(dice, keys)} {_tail(dice)}")


def _subquery(dice: random.Random) -> Case:
    keys = ["s.age", "s.n", "s.low", "s.id", "low", "n"]
    inner = "SELECT id, age, n, lower(code) AS low FROM person"
    if dice.random() < 0.5:
        return Case(f"WITH s AS ({inner}) SELECT * FROM s {_order(dice, keys)} {_tail(dice)}")
    return Case(f"SELECT s.* FROM ({inner}) s {_order(dice, keys)} {_tail(dice)}")


def _lateral(dice: random.Random) -> Case:
    keys = ["p.n", "p.age", "l.c", "l.m"]
    inner = "SELECT count(*) AS c, max(i.price) AS m FROM item i WHERE i.person = p.id"
    sql = f"SELECT p.id, l.* FROM person p CROSS JOIN LATERAL ({inner}) l {_order(dice, keys)} {_tail(dice)}"
    return Case(sql, still=False)


def _grouped(dice: random.Random) -> Case:
    keys = ["n", "age", "count(*)", "c", "m", "2", "max(money)", "min(born)"]
    having = dice.choice(("", "HAVING count(*) > 1"))
    sql = f"SELECT n, age, count(*) AS c, max(money) m FROM person {_where(dice)} GROUP BY n, age {having}"
    return Case(f"{sql} {_order(dice, keys)} {_tail(dice)}", still=False)


def _distinct(dice: random.Random) -> Case:
    keys = ["age", "feeling", "n", "low"]
    return Case(
        f"SELECT DISTINCT age, feeling, n, left(title, 1) AS low FROM person {_order(dice, keys)} {_tail(dice)}"
    )


def _distinct_on(dice: random.Random) -> Case:
    nulls = dice.choice(("", " DESC", " NULLS FIRST", " DESC NULLS LAST"))
    return Case(
        "SELECT DISTINCT ON (p.age) p.age, p.id, p.seen FROM person p "
        f"ORDER BY p.age{nulls}, p.seen DESC, p.id {_tail(dice)}",
        still=False,
    )


def _united(dice: random.Random) -> Case:
    word = dice.choice(("UNION", "INTERSECT", "EXCEPT"))
    keys = ["a", "b", "1", "2"]
    return Case(
        f"SELECT age AS a, n AS b FROM person {word} SELECT number, 2 FROM item {_order(dice, keys)} {_tail(dice)}",
        still=False,
    )


def _window(dice: random.Random) -> Case:
    keys = ["r", "n", "age", "2", "rank() OVER (ORDER BY n)"]
    sql = "SELECT id, row_number() OVER (PARTITION BY n ORDER BY age, id) AS r, n FROM person"
    return Case(f"{sql} {_order(dice, keys)} {_tail(dice)}", still=False)


def _view(dice: random.Random) -> Case:
    return Case(f"SELECT * FROM adult {_order(dice, ['age', 'code', 'seen', 'who', 'age + 1'])} {_tail(dice)}")


SHAPES: tuple[Callable[[random.Random], Case], ...] = (
    _single, _single, _single, _single, _joined, _joined, _joined, _three, _using, _subquery, _lateral, _grouped,
    _distinct, _distinct_on, _united, _window, _view,
)  # fmt: skip


# --- walking --------------------------------------------------------------------------------------------------------


def run(
    connection: psycopg.Connection, page: PageQuery | str, cursor: dict[str, bytes | None] | None = None
) -> tuple[list[str], list[Row]]:
    """(names, rows) of a page's query, all values as the server's text, as a program that carries texts has them."""
    sql, values = (
        (page, []) if isinstance(page, str) else (page.sql, [(cursor or {})[one.cursor] for one in page.parameters])
    )
    result = connection.pgconn.exec_params(sql.encode(), values)
    if result.status != ExecStatus.TUPLES_OK:
        raise AssertionError(f"{result.error_message.decode()}\n{sql}")
    names = [(result.fname(one) or b"").decode() for one in range(result.nfields)]
    return names, [tuple(result.get_value(row, one) for one in range(result.nfields)) for row in range(result.ntuples)]


def cursor_of(keyset: Keyset, names: list[str], row: Row) -> dict[str, bytes | None]:
    """What the next or previous page needs of a row."""
    return {key.name: row[names.index(key.name)] for key in keyset.keys}


def keyset_of(connection: psycopg.Connection, schema: Relational, sql: str) -> Keyset:
    """The pages of a query, with the types that the server knows."""
    found = pages(sql, schema)
    assert not found.refused, f"{found.refused}\n{sql}"
    assert found.first is not None
    return pages(sql, schema, dict(describe(connection, found.first.sql).columns))


def walk(connection: psycopg.Connection, keyset: Keyset, between: Callable[[], None] = lambda: None) -> list[Row]:
    """All rows of all pages, forwards."""
    assert keyset.first and keyset.next and keyset.page_size
    names, page = run(connection, keyset.first)
    found = list(page)
    while len(page) == keyset.page_size:
        assert len(found) < _MOST, f"it never ends\n{keyset.next.sql}"
        between()
        _, page = run(connection, keyset.next, cursor_of(keyset, names, page[-1]))
        found += page
    return found


def walk_back(connection: psycopg.Connection, keyset: Keyset, last: Row, names: list[str]) -> list[Row]:
    """All rows before the last one, in their order, by the previous pages."""
    assert keyset.previous and keyset.page_size
    found: list[Row] = []
    first = last
    while True:
        _, page = run(connection, keyset.previous, cursor_of(keyset, names, first))
        found = [*page, *found]
        assert len(found) < _MOST, f"it never ends\n{keyset.previous.sql}"
        if len(page) < keyset.page_size:
            return found
        first = page[0]


def whole(keyset: Keyset) -> str:
    """The first page's query with a limit that ends nothing."""
    assert keyset.first is not None
    return keyset.first.sql.replace(f"LIMIT {keyset.page_size}", "LIMIT 100000").replace(
        f"limit {keyset.page_size}", "LIMIT 100000"
    ).replace(f"FETCH FIRST {keyset.page_size} ROWS", "FETCH FIRST 100000 ROWS")  # fmt: skip


def check(connection: psycopg.Connection, schema: Relational, case: Case) -> Keyset:
    """Walk one query both ways. Raises `AssertionError` for rows that are lost, twice or out of order."""
    keyset = keyset_of(connection, schema, case.sql)
    names, wanted = run(connection, whole(keyset))
    found = walk(connection, keyset)
    assert found == wanted, f"forwards\n{case.sql}\n{keyset.next and keyset.next.sql}"
    if wanted:
        back = walk_back(connection, keyset, wanted[-1], names)
        assert back == wanted[:-1], f"backwards\n{case.sql}\n{keyset.previous and keyset.previous.sql}"
    _as_the_author_wrote(connection, keyset, case, names, wanted)
    return keyset


def _as_the_author_wrote(
    connection: psycopg.Connection, keyset: Keyset, case: Case, names: list[str], rows: list[Row]
) -> None:
    """The author's own query without its limits gives the same rows in an order that is the same in its keys."""
    cut = min(place for word in ("LIMIT", "limit", "FETCH", "OFFSET") if (place := case.sql.rfind(word)) > 0)
    own_names, own = run(connection, case.sql[:cut])
    hidden = [one for one in range(len(names)) if names[one] in {key.name for key in keyset.keys if key.hidden}]
    shown = [tuple(value for place, value in enumerate(row) if place not in hidden) for row in rows]
    assert Counter(shown) == Counter(own), f"other rows\n{case.sql}"
    for key in keyset.keys:
        if key.tie_break or key.hidden or key.type == "citext" or "alike" in key.expression:
            break
        place = own_names.index(key.name)
        if key.type in ("double precision", "jsonb", "public.citext") or key.type.startswith("character("):
            break  # values that are equal and not the same
        assert [row[names.index(key.name)] for row in rows] == [row[place] for row in own], f"order\n{case.sql}"


def prepare(connection: psycopg.Connection, rows: int = 40, seed: float = 0.5) -> Relational:
    """The tables with rows in them, and their schema."""
    connection.execute(SCHEMA)
    connection.execute("SELECT setseed(%s)", [seed])
    for statement in FILL.split(";\n"):
        if statement.strip():
            connection.execute(statement, {"rows": rows})
    connection.execute("ANALYZE")
    schema = inspect(connection)
    connection.execute("SET search_path = public")
    return schema
