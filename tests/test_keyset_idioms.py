"""Keyset pages in the words of ORMs: the code is run, and gives the rows of the SQL."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy
from psycopg.rows import dict_row

from conftest import Database
from dbarchitect.engines.postgres.describe import describe
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.model.keyset import Idiom, Keyset
from dbarchitect.query.keyset import pages
from dbarchitect.query.keyset_idioms import idioms
from migration_tools import run

SHOP = (
    "CREATE TABLE customer (id integer PRIMARY KEY, name text, age integer)",
    "CREATE TABLE orders (id bigint PRIMARY KEY, customer integer NOT NULL REFERENCES customer, "
    "at timestamptz NOT NULL, total numeric(10, 2), state text NOT NULL)",
    "INSERT INTO customer SELECT g, CASE WHEN g % 4 > 0 THEN 'Name ' || g % 3 END, g % 2 FROM generate_series(1, 9) g",
    "INSERT INTO orders SELECT g, 1 + g % 9, timestamptz '2024-01-01' + (g % 7) * interval '1 hour 1 microsecond', "
    "CASE WHEN g % 5 > 0 THEN g % 3 END, CASE WHEN g % 3 > 0 THEN 'open' ELSE 'done' END FROM generate_series(1, 60) g",
)
ONE_TABLE = (
    "SELECT * FROM orders WHERE state = 'open' ORDER BY at DESC LIMIT 7",
    "SELECT * FROM orders WHERE state = 'open' ORDER BY total, at LIMIT 7",
    "SELECT * FROM orders WHERE state = 'open' ORDER BY total DESC, at LIMIT 7",
    "SELECT * FROM orders WHERE state = 'open' ORDER BY customer, total DESC, at DESC LIMIT 7",
)
TURNED = (
    "SELECT * FROM orders WHERE state = 'open' ORDER BY total DESC NULLS LAST, at LIMIT 7",
    "SELECT * FROM orders WHERE state = 'open' ORDER BY total NULLS FIRST, at DESC LIMIT 7",
)
SEVERAL = (
    "SELECT orders.id, customer.name, lower(customer.name) AS low FROM orders "
    "JOIN customer ON customer.id = orders.customer ORDER BY lower(customer.name) DESC, orders.total LIMIT 7",
    "SELECT orders.id, customer.id AS who, customer.name FROM customer LEFT JOIN orders "
    "ON customer.id = orders.customer AND orders.state = 'done' "
    "ORDER BY customer.name, orders.total DESC NULLS LAST LIMIT 7",
)


def opened(database: Callable[..., Database]) -> Database:
    return database(*SHOP)


def found_for(connection: psycopg.Connection, sql: str) -> tuple[Keyset, dict[str, Idiom]]:
    schema = inspect(connection)
    connection.execute("SET search_path = public")
    first = pages(sql, schema).first
    assert first is not None
    found = pages(sql, schema, dict(describe(connection, first.sql).columns))
    return found, {one.orm: one for one in idioms(found)}


def rows_of(connection: psycopg.Connection, found: Keyset) -> list[dict[str, Any]]:
    """All rows in the order of the pages, with their keys, by the SQL without a limit."""
    assert found.first is not None
    cursor = connection.cursor(row_factory=dict_row)
    return cursor.execute(found.first.sql.removesuffix("LIMIT 7")).fetchall()


def cursor_of(found: Keyset, row: dict[str, Any]) -> dict[str, Any]:
    return {f"after_{key.name}": row[key.name] for key in found.keys}


def defined(code: str) -> Callable[..., Any]:
    names: dict[str, Any] = {}
    exec(compile(code, "idiom", "exec"), names)
    return names["next_page"]


@pytest.mark.parametrize("sql", (*ONE_TABLE, *TURNED, *SEVERAL))
def test_sqlalchemy_gives_the_same_pages(database: Callable[..., Database], sql: str) -> None:
    shop = opened(database)
    found, words = found_for(shop.connection, sql)
    next_page = defined(words["sqlalchemy"].code)
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(shop.url))
    metadata = sqlalchemy.MetaData()
    metadata.reflect(engine)
    orders, customer = metadata.tables["orders"], metadata.tables["customer"]
    if "LEFT JOIN" in sql:
        on = sqlalchemy.and_(customer.c.id == orders.c.customer, orders.c.state == "done")
        query = sqlalchemy.select(orders.c.id, customer.c.id).select_from(customer.outerjoin(orders, on))
    elif "JOIN" in sql:
        query = sqlalchemy.select(orders.c.id).join(customer, customer.c.id == orders.c.customer)
    else:
        query = sqlalchemy.select(orders.c.id).where(orders.c.state == "open")
    tables = [
        one for name, one in (("customer", customer), ("orders", orders)) if f", {name}" in words["sqlalchemy"].code
    ]
    every = rows_of(shop.connection, found)
    with engine.connect() as connection:
        for place, row in enumerate(every):
            page = connection.execute(next_page(query, *tables, **cursor_of(found, row))).all()
            assert [one[0] for one in page] == [one["id"] for one in every[place + 1 : place + 8]]
    engine.dispose()


@pytest.mark.parametrize("sql", ONE_TABLE)
def test_tortoise_gives_the_same_pages(database: Callable[..., Database], sql: str) -> None:
    shop = opened(database)
    found, words = found_for(shop.connection, sql)
    next_page = defined(words["tortoise"].code)
    every = rows_of(shop.connection, found)
    given = asyncio.run(_with_tortoise(shop, found, next_page, every))
    assert given == [[one["id"] for one in every[place + 1 : place + 8]] for place in range(len(every))]


async def _with_tortoise(
    shop: Database, found: Keyset, next_page: Callable[..., Any], every: Sequence[dict[str, Any]]
) -> list[list[int]]:
    from tortoise import Tortoise

    import keyset_models

    where = psycopg.conninfo.conninfo_to_dict(shop.url)
    credentials = {
        "host": where["host"], "port": int(where.get("port", 5432)), "user": where["user"], "password": "",
        "database": where["dbname"],
    }  # fmt: skip
    connections = {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}}
    await Tortoise.init(
        config={
            "connections": connections,
            "apps": {"models": {"models": ["keyset_models"], "default_connection": "default"}},
            "use_tz": True,
        }
    )
    try:
        return [
            [one.id for one in await next_page(keyset_models.Orders.filter(state="open"), **cursor_of(found, row))]
            for row in every
        ]
    finally:
        await Tortoise.close_connections()


DRIZZLE = """import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, integer, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { asc, eq } from 'drizzle-orm';
import { readFileSync } from 'node:fs';
%s
const customer = pgTable('customer', { id: integer().primaryKey(), name: text(), age: integer() });
const orders = pgTable('orders', {
  id: bigint({ mode: 'number' }).primaryKey(), customer: integer(),
  at: timestamp({ withTimezone: true, mode: 'string' }),
  total: numeric(), state: text(),
});
const db = drizzle(process.argv[2]);
const found = [];
for (const cursor of JSON.parse(readFileSync('cursors.json', 'utf8'))) {
  const query = db.select({ id: orders.id }).from(orders)%s;
  found.push((await nextPage(query%s, cursor, 7)).map((row) => row.id));
}
console.log(JSON.stringify(found));
await db.$client.end();
"""
KYSELY = """import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { readFileSync } from 'node:fs';
%s
const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: process.argv[2] }) }) });
const found = [];
for (const cursor of JSON.parse(readFileSync('cursors.json', 'utf8'))) {
  const query = db.selectFrom('orders')%s.select('orders.id');
  found.push((await nextPage(query, cursor, 7).execute()).map((row) => Number(row.id)));
}
console.log(JSON.stringify(found));
await db.destroy();
"""


def _printed(value: object) -> object:
    return str(value) if isinstance(value, Decimal | datetime.datetime) else value


def _with_node(shop: Database, project: Path, program: str, found: Keyset, every: Sequence[dict[str, Any]]) -> object:
    cursors = [{name: _printed(value) for name, value in cursor_of(found, row).items()} for row in every]
    (project / "cursors.json").write_text(json.dumps(cursors))
    (project / "pages.mjs").write_text(program)
    (project / "package.json").write_text("{}")
    return json.loads(run(project, "node", "pages.mjs", shop.url).strip().splitlines()[-1])


@pytest.mark.parametrize("sql", (ONE_TABLE[0], ONE_TABLE[3], *TURNED, SEVERAL[0]))
def test_drizzle_gives_the_same_pages(database: Callable[..., Database], tmp_path: Path, sql: str) -> None:
    shop = opened(database)
    found, words = found_for(shop.connection, sql)
    every = rows_of(shop.connection, found)
    code = words["drizzle"].code
    join = ".innerJoin(customer, eq(customer.id, orders.customer))" if "JOIN" in sql else ""
    tables = "".join(
        f", {one}" for one in ("customer", "orders") if f"query, {one}" in code or f"customer, {one}" in code
    )
    where = "undefined" if join else "eq(orders.state, 'open')"
    program = DRIZZLE % (code, join, f"{tables}, {where}")
    given = _with_node(shop, tmp_path, program, found, every)
    assert given == [[one["id"] for one in every[place + 1 : place + 8]] for place in range(len(every))]


@pytest.mark.parametrize("sql", (ONE_TABLE[0], ONE_TABLE[3], *TURNED, SEVERAL[0]))
def test_kysely_gives_the_same_pages(database: Callable[..., Database], tmp_path: Path, sql: str) -> None:
    shop = opened(database)
    found, words = found_for(shop.connection, sql)
    every = rows_of(shop.connection, found)
    join = (
        ".innerJoin('customer', 'customer.id', 'orders.customer')" if "JOIN" in sql else ".where('state', '=', 'open')"
    )
    given = _with_node(shop, tmp_path, KYSELY % (words["kysely"].code, join), found, every)
    assert given == [[one["id"] for one in every[place + 1 : place + 8]] for place in range(len(every))]


def test_what_an_orm_cannot_say_is_absent_with_the_reason(database: Callable[..., Database]) -> None:
    shop = opened(database)
    _, turned = found_for(shop.connection, TURNED[0])
    assert turned["tortoise"].absent == "it cannot say NULLS LAST for total"
    assert "nulls: 'last'" in turned["prisma"].code
    _, several = found_for(shop.connection, SEVERAL[0])
    assert "lower(customer.name) is no column of a table" in several["prisma"].absent
    _, grouped = found_for(shop.connection, "SELECT state, count(*) AS n FROM orders GROUP BY state ORDER BY n")
    assert all("around the whole query" in one.absent for one in grouped.values())
