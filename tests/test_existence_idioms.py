"""Tests for related rows in the words of ORMs: SQLAlchemy's are run, the others read."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
import sqlalchemy
from sqlalchemy import MetaData, exists, select

from conftest import Database
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.query.existence_idioms import ORMS, existence_idioms

SCHEMA = (
    "CREATE TABLE customer (id integer PRIMARY KEY, name text)",
    "CREATE TABLE orders (id integer PRIMARY KEY, customer integer REFERENCES customer, other integer)",
    "INSERT INTO customer SELECT g, 'n' || g FROM generate_series(1, 20) g",
    "INSERT INTO orders SELECT g, CASE WHEN g % 3 = 0 THEN g % 20 + 1 END, g FROM generate_series(1, 30) g",
)
COUNTED = "SELECT c.id FROM customer c WHERE (SELECT count(*) FROM orders o WHERE o.customer = c.id) {}"
TESTED = "SELECT c.id FROM customer c WHERE {}EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id)"


@pytest.mark.parametrize(("was", "word"), [("> 0", ""), ("= 0", "NOT ")])
def test_what_sqlalchemy_says_gives_the_same_rows(database: Callable[..., Database], was: str, word: str) -> None:
    app = database(*SCHEMA)
    with psycopg.connect(app.server.url(app.name), autocommit=True) as connection:
        schema = inspect(connection)
        wanted = connection.execute(TESTED.format(word).encode()).fetchall()
    found = {one.orm: one for one in existence_idioms(COUNTED.format(was), TESTED.format(word), schema)}
    assert tuple(found) == ORMS
    url = app.server.url(app.name).replace("postgresql://", "postgresql+psycopg://", 1)
    engine = sqlalchemy.create_engine(url)
    try:
        tables = MetaData()
        tables.reflect(engine)
        names = {"stmt": select(tables.tables["customer"].c.id), "exists": exists, "select": select, **tables.tables}
        with engine.connect() as connection:
            rows = connection.execute(eval(found["sqlalchemy"].code, {}, names)).fetchall()
    finally:
        engine.dispose()
    assert 0 < len(wanted) < 20
    assert sorted(tuple(one) for one in rows) == sorted(wanted)
    relation = "none" if word else "some"
    assert found["prisma"].code == f"where: {{ orders: {{ {relation}: {{}} }} }}"
    assert ("notExists(" if word else "(exists(") in found["drizzle"].code
    assert ("eb.not(eb.exists(" in found["kysely"].code) == bool(word)


def test_what_is_no_plain_test_is_not_said(database: Callable[..., Database]) -> None:
    app = database(*SCHEMA)
    with psycopg.connect(app.server.url(app.name), autocommit=True) as connection:
        schema = inspect(connection)
    more = TESTED.format("").replace("o.customer = c.id", "o.customer = c.id AND o.other > 5")
    assert existence_idioms(COUNTED.format("> 0"), more, schema) == ()
    assert existence_idioms(TESTED.format(""), TESTED.format(""), schema) == ()  # it was there before
    assert existence_idioms("SELECT nonsense FROM", TESTED.format(""), schema) == ()
    other = TESTED.format("").replace("o.customer = c.id", "o.other = c.id")
    by_no_key = {one.orm: one for one in existence_idioms(COUNTED.format("> 0"), other, schema)}
    assert "no one foreign key" in by_no_key["prisma"].absent
    assert by_no_key["sqlalchemy"].code
