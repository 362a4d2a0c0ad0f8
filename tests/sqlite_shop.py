"""A shop in SQLite with skewed rows, and random queries over it: for tests, and for `benchmarks/sqlite_twin.py`."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from dbarchitect.engines.sqlite.facts import Statistics
from dbarchitect.engines.sqlite.source import open_sqlite
from dbarchitect.engines.sqlite.twin import Twin, open_session, twin_of

SCHEMA = """
CREATE TABLE country (code TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, country TEXT REFERENCES country,
  born INT);
CREATE TABLE product (id INTEGER PRIMARY KEY, sku TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, price REAL NOT NULL);
CREATE TABLE store (id INTEGER PRIMARY KEY, country TEXT NOT NULL REFERENCES country, name TEXT COLLATE NOCASE);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INT NOT NULL REFERENCES customer,
  store_id INT REFERENCES store,
  status TEXT NOT NULL, placed TEXT NOT NULL, total REAL);
CREATE TABLE line (order_id INT NOT NULL REFERENCES orders, place INT NOT NULL, product_id INT NOT NULL
  REFERENCES product, qty INT NOT NULL, PRIMARY KEY (order_id, place)) WITHOUT ROWID;
CREATE TABLE review (id INTEGER PRIMARY KEY, product_id INT NOT NULL, customer_id INT, stars INT, body TEXT);
CREATE TABLE tag (product_id INT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (name, product_id));
CREATE TABLE visit (id INTEGER PRIMARY KEY, customer_id INT, page TEXT, at TEXT);
CREATE TABLE stock (store_id INT NOT NULL, product_id INT NOT NULL, amount INT, PRIMARY KEY (store_id, product_id));
CREATE INDEX customer_country ON customer (country, born);
CREATE INDEX product_kind ON product (kind);
CREATE INDEX product_price ON product (price DESC);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_status ON orders (status, placed);
CREATE INDEX orders_placed ON orders (placed);
CREATE INDEX orders_open ON orders (customer_id, placed) WHERE status = 'open';
CREATE INDEX line_product ON line (product_id);
CREATE INDEX review_product ON review (product_id, stars);
CREATE INDEX review_customer ON review (customer_id);
CREATE INDEX visit_customer ON visit (customer_id, at);
CREATE INDEX visit_page ON visit (lower(page));
CREATE INDEX stock_product ON stock (product_id);
"""
JOINS = (
    ("orders", "customer_id", "customer", "id"),
    ("customer", "country", "country", "code"),
    ("orders", "store_id", "store", "id"),
    ("store", "country", "country", "code"),
    ("line", "order_id", "orders", "id"),
    ("line", "product_id", "product", "id"),
    ("review", "product_id", "product", "id"),
    ("review", "customer_id", "customer", "id"),
    ("tag", "product_id", "product", "id"),
    ("visit", "customer_id", "customer", "id"),
    ("stock", "product_id", "product", "id"),
    ("stock", "store_id", "store", "id"),
)
STATUS = ["paid"] * 80 + ["sent"] * 15 + ["open"] * 4 + ["lost"]


def fill(path: Path, seed: int, *, scale: int = 1) -> None:
    """Make the shop; `scale`: thousands of customers."""
    dice = random.Random(seed)
    codes = [a + b for a in "ABCDEFGH" for b in "ABCDE"]
    customers, products, stores = 1000 * scale, 400 * scale, 40

    def skewed(most: int) -> int:
        return min(int(dice.paretovariate(1.1)), most)

    def day() -> str:
        return f"2026-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"

    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)

        def put(table: str, rows: Iterator[tuple[object, ...]], width: int) -> None:
            connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * width)})", rows)

        put("country", ((code, f"land {code}") for code in codes), 2)
        put("customer", ((n, f"c{n}@x.y", codes[skewed(39)], dice.randint(1930, 2010)) for n in range(customers)), 4)
        kinds = ["book"] * 10 + ["toy"] * 3 + ["tool"]
        put("product", ((n, f"sku{n}", dice.choice(kinds), dice.random() * 100) for n in range(products)), 4)
        put("store", ((n, dice.choice(codes), f"Store {n}") for n in range(stores)), 3)
        put(
            "orders",
            (
                (n, skewed(customers - 1), dice.randrange(stores), dice.choice(STATUS), day(), dice.random() * 500)
                for n in range(customers * 5)
            ),
            6,
        )
        put(
            "line",
            (
                (dice.randrange(customers * 5), dice.randint(1, 5), skewed(products - 1), 1)
                for _ in range(customers * 10)
            ),
            4,
        )
        put(
            "review",
            ((n, skewed(products - 1), dice.randrange(customers), skewed(5), "text") for n in range(customers * 2)),
            5,
        )
        put("tag", ((dice.randrange(products), f"tag{skewed(60)}") for _ in range(products * 3)), 2)
        put("visit", ((n, skewed(customers - 1), f"/page/{skewed(300)}", day()) for n in range(customers * 8)), 4)
        put("stock", ((s, p, dice.randint(0, 9)) for s in range(stores) for p in range(0, products, 3)), 3)
        connection.commit()
    session = open_session(path)
    try:
        session.rows("ANALYZE")
    finally:
        session.close()


def queries(count: int, seed: int) -> list[str]:
    """Random statements over the shop."""
    dice = random.Random(seed)
    return [_statement(dice) for _ in range(count)]


COLUMNS = {
    "country": ("code", "name"),
    "customer": ("id", "email", "country", "born"),
    "product": ("id", "sku", "kind", "price"),
    "store": ("id", "country", "name"),
    "orders": ("id", "customer_id", "store_id", "status", "placed", "total"),
    "line": ("order_id", "place", "product_id", "qty"),
    "review": ("id", "product_id", "customer_id", "stars"),
    "tag": ("product_id", "name"),
    "visit": ("id", "customer_id", "page", "at"),
    "stock": ("store_id", "product_id", "amount"),
}


def _value(column: str, dice: random.Random) -> str:
    if column in ("status",):
        return f"'{dice.choice(STATUS)}'"
    if column in ("placed", "at"):
        return f"'2026-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}'"
    if column in ("country", "code"):
        return f"'{dice.choice('ABCDEFGH')}{dice.choice('ABCDE')}'"
    if column in ("email", "sku", "name", "page", "kind"):
        known = {
            "kind": ["book", "toy", "tool"],
            "name": ["tag1", "tag40", "store 3"],
            "page": ["/page/1", "/page/200"],
        }
        return f"'{dice.choice(known.get(column, [f'sku{dice.randint(0, 300)}']))}'"
    if column == "price":
        return f"{dice.random() * 100:.2f}"
    if column == "born":
        return str(dice.randint(1930, 2010))
    return str(dice.choice([1, 2, 5, dice.randint(0, 900)]))


def _condition(alias: str, table: str, dice: random.Random) -> str:
    column = dice.choice(COLUMNS[table])
    name = f"{alias}.{column}"
    value = _value(column, dice)
    match dice.randrange(9):
        case 0 | 1 | 2:
            return f"{name} = {value}"
        case 3:
            return f"{name} {dice.choice(['>', '<', '>=', '<='])} {value}"
        case 4:
            low, high = sorted((value, _value(column, dice)))
            return f"{name} BETWEEN {low} AND {high}"
        case 5:
            return f"{name} IN ({', '.join(_value(column, dice) for _ in range(dice.randint(2, 5)))})"
        case 6:
            return f"({name} = {value} OR {_simple(alias, table, dice)})"
        case 7:
            return f"{name} IS {dice.choice(['NULL', 'NOT NULL'])}"
        case _:
            return f"lower({name}) = {value}" if dice.random() < 0.5 else f"{name} LIKE {value}"


def _simple(alias: str, table: str, dice: random.Random) -> str:
    column = dice.choice(COLUMNS[table])
    return f"{alias}.{column} = {_value(column, dice)}"


def _statement(dice: random.Random) -> str:
    if dice.random() < 0.08:
        table = dice.choice(["orders", "visit", "review"])
        where = f"{_condition(table, table, dice)} AND {_condition(table, table, dice)}"
        return (
            f"DELETE FROM {table} WHERE {where}" if dice.random() < 0.5 else f"UPDATE {table} SET id = id WHERE {where}"
        )
    names: dict[str, str] = {"t0": dice.choice(list(COLUMNS))}
    joins: list[str] = []
    for _ in range(dice.choice([0, 0, 1, 1, 2, 3])):
        options = [
            (alias, mine, theirs, other)
            for alias, table in names.items()
            for a, ca, b, cb in JOINS
            for mine, theirs, other in ((ca, cb, b), (cb, ca, a))
            if table == (a if other == b else b) and (a != b)
        ]
        if not options:
            break
        alias, mine, theirs, other = dice.choice(options)
        new = f"t{len(names)}"
        names[new] = other
        kind = dice.choice(["JOIN", "JOIN", "LEFT JOIN"])
        joins.append(f"{kind} {other} AS {new} ON {new}.{theirs} = {alias}.{mine}")
    where = [_condition(alias, names[alias], dice) for alias in dice.choices(list(names), k=dice.randint(0, 3))]
    if dice.random() < 0.15:
        where.append(
            f"EXISTS (SELECT 1 FROM review r WHERE r.stars = {dice.randint(1, 5)} AND r.id = t0.rowid)"
        ) if names["t0"] not in ("country", "line") else None
    text = f"FROM {names['t0']} AS t0 {' '.join(joins)}"
    if where:
        text += f" WHERE {' AND '.join(where)}"
    alias = dice.choice(list(names))
    column = f"{alias}.{dice.choice(COLUMNS[names[alias]])}"
    match dice.randrange(6):
        case 0:
            return f"SELECT {column}, count(*) {text} GROUP BY {column}"
        case 1:
            return f"SELECT DISTINCT {column} {text}"
        case 2:
            return f"SELECT * {text} ORDER BY {column} {dice.choice(['', 'DESC'])} LIMIT {dice.choice([1, 10, 100])}"
        case 3:
            return f"SELECT max({column}) {text}"
        case _:
            return f"SELECT * {text}" if dice.random() < 0.6 else f"SELECT {column} {text} ORDER BY {column}"


def compared(folder: Path, count: int, seed: int, *, scale: int = 1) -> tuple[int, int, int, str]:
    """(same on the twin, same on an empty schema without statistics, how many, the planner)."""
    path = folder / "shop.db"
    fill(path, seed, scale=scale)
    source = open_sqlite(str(path), now=datetime(2026, 1, 1, tzinfo=UTC))
    full = open_session(path)
    same = bare = 0
    with closing(twin_of(source)) as twin, closing(Twin(source.ddl, Statistics())) as empty, closing(full):
        asked = queries(count, seed)
        for sql in asked:
            wanted = [row[3] for row in full.rows(f"EXPLAIN QUERY PLAN {sql}")]
            same += [text for _, _, text in twin.query_plan(sql)] == wanted
            bare += [text for _, _, text in empty.query_plan(sql)] == wanted
        return same, bare, len(asked), twin.session.name
