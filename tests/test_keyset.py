"""Keyset pages: walks that lose nothing, what is refused and why, the author's text, the index, the plans, the verb."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

import keyset_walks as walks
from conftest import Database
from dbarchitect.api.keyset import KeysetOptions, keyset
from dbarchitect.cli import run
from dbarchitect.engines.postgres.describe import describe
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.errors import InputError
from dbarchitect.model.keyset import Keyset, PageQuery
from dbarchitect.model.schema import Relational
from dbarchitect.query.keyset import pages
from dbarchitect.sql.paging import read_paged

SHOP = """
CREATE TABLE customer (id integer PRIMARY KEY, name text, email text NOT NULL UNIQUE, phone text UNIQUE);
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer integer NOT NULL REFERENCES customer, at timestamptz NOT NULL, total numeric(10, 2),
    state text NOT NULL, gone boolean NOT NULL, doc json, place point, tags text[]
);
CREATE TABLE line (
    orders bigint NOT NULL REFERENCES orders, number integer NOT NULL, what text, UNIQUE (orders, number)
);
CREATE TABLE log (at timestamptz, what text);
CREATE TABLE animal (id integer PRIMARY KEY);
CREATE TABLE cat (name text) INHERITS (animal);
CREATE TABLE many (a integer, b integer, c integer, d integer, id integer PRIMARY KEY);
CREATE FUNCTION dice(integer) RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT $1';
CREATE FUNCTION twice(integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT $1 UNION ALL SELECT $1';
CREATE VIEW recent AS SELECT o.id, o.at, c.name FROM orders o JOIN customer c ON c.id = o.customer;
"""
ROWS = """
INSERT INTO customer SELECT g, 'Name ' || g % 50, 'mail' || g FROM generate_series(1, 1000) g;
INSERT INTO orders SELECT g, 1 + g % 1000, timestamptz '2024-01-01' + (g % 9000) * interval '1 minute',
    CASE WHEN g % 10 > 0 THEN g % 700 END, CASE WHEN g % 3 > 0 THEN 'open' ELSE 'done' END, g % 5 = 0
FROM generate_series(1, 60000) g;
"""


@pytest.fixture(scope="module")
def walked(server):
    """(connection, schema) of the tables that random queries are asked of."""
    server.drop_database("keyset walks")
    server.create_database("keyset walks")
    with psycopg.connect(server.url("keyset walks"), autocommit=True) as connection:
        yield connection, walks.prepare(connection)
    server.drop_database("keyset walks")


@pytest.fixture(scope="module")
def shop(server) -> Relational:
    server.drop_database("keyset shop")
    server.create_database("keyset shop")
    with psycopg.connect(server.url("keyset shop"), autocommit=True) as connection:
        connection.execute(SHOP)
        yield inspect(connection)
    server.drop_database("keyset shop")


# --- walks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(4))
def test_walks_over_random_queries_give_every_row_once_and_in_order(walked, part: int) -> None:
    connection, schema = walked
    for seed in range(30 * part, 30 * (part + 1)):
        walks.check(connection, schema, walks.query(random.Random(seed)))


def test_rows_that_stay_are_seen_once_while_others_come_and_go(server) -> None:
    server.drop_database("keyset writes")
    server.create_database("keyset writes")
    with (
        psycopg.connect(server.url("keyset writes"), autocommit=True) as connection,
        psycopg.connect(server.url("keyset writes"), autocommit=True) as other,
    ):
        schema = walks.prepare(connection, rows=25)
        moved = 0
        for seed in range(40):
            dice = random.Random(seed)
            case = walks.query(dice)
            if not case.still:
                continue
            keyset = walks.keyset_of(connection, schema, case.sql)
            before = walks.run(connection, walks.whole(keyset))[1]
            found = walks.walk(connection, keyset, _Writer(other, dice))
            after = set(walks.run(connection, walks.whole(keyset))[1])
            stayed = [row for row in before if row in after]
            assert [row for row in found if row in set(stayed)] == stayed, case.sql
            assert len(set(found)) == len(found), case.sql
            moved += len(stayed) < len(before) or len(found) > len(stayed)
            other.execute("DELETE FROM item WHERE person >= 1000000")
            other.execute("DELETE FROM note WHERE number >= 1000000")
            other.execute("DELETE FROM person WHERE id >= 1000000")
        assert moved > 5  # walks during which rows came or went
    server.drop_database("keyset writes")


class _Writer:
    """Between two pages, some times: rows come and one goes, anywhere in the order."""

    def __init__(self, connection: psycopg.Connection, dice: random.Random) -> None:
        self.connection = connection
        self.dice = dice
        self.left = 8

    def __call__(self) -> None:
        self.left -= 1
        if self.left < 0:
            return
        new = self.dice.randint(10**6, 10**9)
        copied = "age, born, seen, score, small, money, feeling, active, mail, tag, doc, alike, n, title"
        self.connection.execute(
            f'INSERT INTO person SELECT %s, %s, {copied}, "Odd Name", span FROM person ORDER BY random() LIMIT 1',
            [new, f"new {new}"],
        )
        self.connection.execute("INSERT INTO item SELECT %s, 1, 'new', 1, NULL", [new])
        self.connection.execute("INSERT INTO note SELECT 'n', %s, %s, 'new', timestamp '2024-01-01 01:00'", [new, new])
        if self.dice.random() < 0.3:
            table = self.dice.choice(("person", "item", "note"))
            gone = f"(SELECT ctid FROM {table} ORDER BY random() LIMIT 1)"
            self.connection.execute(f"DELETE FROM {table} WHERE ctid = {gone}")


def test_a_walk_by_a_row_comparison_over_nulls_is_caught(walked) -> None:
    connection, schema = walked
    keyset = walks.keyset_of(connection, schema, "SELECT id, age FROM person ORDER BY age, id LIMIT 4")
    assert keyset.next is not None
    careless = PageQuery(
        sql="SELECT id, age FROM person WHERE (age, id) > ($1::int, $2::int) ORDER BY age, id LIMIT 4",
        named="",
        parameters=keyset.next.parameters,
    )
    wanted = walks.run(connection, walks.whole(keyset))[1]
    assert walks.walk(connection, keyset) == wanted
    assert walks.walk(connection, replace(keyset, next=careless)) != wanted


def test_a_float_is_compared_as_its_column_is(database) -> None:
    opened = database(
        "CREATE TABLE t (id int PRIMARY KEY, small real NOT NULL)", "INSERT INTO t VALUES (1, 0.1), (2, 0.2)"
    )
    found = pages("SELECT small, id FROM t ORDER BY small LIMIT 1", inspect(opened.connection))
    assert found.next is not None
    with psycopg.RawCursor(opened.connection) as cursor:
        assert cursor.execute(found.next.sql, [0.1, 1]).fetchall() == [(pytest.approx(0.2), 2)]
        # What a driver that says `float8` gets without the cast: 0.1 is not the column's 0.1, and comes again.
        careless = "SELECT small, id FROM t WHERE (small, id) > ($1::float8, $2) ORDER BY small, id LIMIT 1"
        assert cursor.execute(careless, [0.1, 1]).fetchall() == [(pytest.approx(0.1), 1)]


# --- what there is no page of -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT * FROM log ORDER BY at", "log has no primary key"),
        ("SELECT * FROM customer c, log l ORDER BY c.id", "log has no primary key"),
        ("SELECT * FROM animal ORDER BY id", "inherit from animal"),
        ("SELECT * FROM orders ORDER BY at USING <", "USING an operator"),
        ("SELECT * FROM orders ORDER BY random()", "random() has another value"),
        ("SELECT * FROM orders ORDER BY dice(1)", "dice() has another value"),
        ("SELECT id, now() - at AS old FROM orders ORDER BY old", "now() has another value"),
        ("SELECT id FROM orders ORDER BY CURRENT_TIMESTAMP - at", "the time is another one"),
        ("SELECT id FROM orders ORDER BY doc", "is json"),
        ("SELECT id FROM orders ORDER BY place", "is point"),
        ("SELECT id, unnest(tags) FROM orders ORDER BY id", "several rows for one"),
        ("SELECT id, twice(1) FROM orders ORDER BY id", "several rows for one"),
        ("SELECT count(*) FROM orders ORDER BY 1", "gives one row"),
        ("SELECT id FROM orders UNION ALL SELECT id FROM customer ORDER BY 1", "UNION ALL keeps equal rows"),
        ("SELECT state, count(*) FROM orders GROUP BY ROLLUP (state) ORDER BY 1", "GROUPING SETS"),
        ("SELECT * FROM orders ORDER BY at FETCH FIRST 3 ROWS WITH TIES", "WITH TIES"),
        ("SELECT DISTINCT state, state FROM orders ORDER BY 1", "name of its own"),
        ("SELECT g FROM generate_series(1, 5) AS g ORDER BY g", "the rows of g have no key"),
        ("SELECT * FROM orders TABLESAMPLE bernoulli (10) ORDER BY at", "another sample"),
        ("VALUES (1), (2) ORDER BY 1", "VALUES have no key"),
    ],
)  # fmt: skip
def test_refused(shop: Relational, sql: str, why: str) -> None:
    found = pages(sql, shop)
    assert why in found.refused
    assert found.first is found.next is found.previous is None


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT * FROM order ORDER BY at", "cannot be read"),
        ("SELECT * FROM nowhere ORDER BY at", "no table nowhere"),
        ("DELETE FROM orders", "not one SELECT"),
        ("SELECT 1; SELECT 2", "not one SELECT"),
        ("WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone ORDER BY at", "changes rows"),
        ("SELECT id FROM orders ORDER BY 7", "has 1 columns"),
    ],
)
def test_what_is_no_query_of_the_source(shop: Relational, sql: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        pages(sql, shop)


# --- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "keys"),
    [
        ("SELECT * FROM orders ORDER BY at DESC", ["orders.at DESC", "orders.id DESC"]),
        ("SELECT * FROM customer ORDER BY email", ["customer.email"]),
        ("SELECT * FROM customer ORDER BY phone", ["customer.phone", "customer.id"]),  # two may be NULL
        ("SELECT * FROM line ORDER BY number", ["line.number", "line.orders"]),
        ("SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer ORDER BY c.name", ["c.name", "o.id"]),
        ("SELECT o.id FROM orders o, customer c WHERE c.id = o.customer ORDER BY c.name", ["c.name", "o.id"]),
        ("SELECT o.id FROM orders o JOIN customer c USING (id) ORDER BY o.at", ["o.at", "o.id"]),
        ("SELECT l.what FROM orders o JOIN line l ON l.orders = o.id ORDER BY o.at", ["o.at", "l.orders", "l.number"]),
        ("SELECT 1 AS x FROM customer c LEFT JOIN orders o ON o.customer = c.id ORDER BY at", ["at", "c.id", "o.id"]),
        ("SELECT 1 AS one FROM orders o LEFT JOIN customer c ON o.customer = c.id ORDER BY o.at", ["o.at", "o.id"]),
        ("SELECT 1 AS one FROM orders o RIGHT JOIN customer c ON o.customer = c.id ORDER BY c.id", ["c.id", "o.id"]),
        ("SELECT * FROM orders o JOIN line l ON l.orders = o.id AND l.number = 1 ORDER BY o.at", ["o.at", "o.id"]),
        ("SELECT * FROM recent ORDER BY at", ["recent.at", "recent.id"]),
        ("SELECT state, count(*) AS n FROM orders GROUP BY 1 ORDER BY n DESC", ["count(*) DESC", "state DESC"]),
        ("SELECT DISTINCT state, gone FROM orders ORDER BY gone", ["gone", "state"]),
        ("SELECT * FROM orders", ["orders.id"]),
        ("SELECT id FROM orders ORDER BY id, id DESC", ["id"]),
    ],
)  # fmt: skip
def test_the_keys_of(shop: Relational, sql: str, keys: list[str]) -> None:
    found = pages(sql, shop)
    assert [f"{one.expression}{' DESC' if one.descending else ''}" for one in found.keys] == keys, found.refused


@pytest.mark.parametrize(
    ("sql", "form"),
    [
        ("SELECT * FROM orders ORDER BY at", "row"),
        ("SELECT * FROM orders ORDER BY at DESC, customer DESC", "row"),
        ("SELECT * FROM orders ORDER BY at DESC, customer", "union"),
        ("SELECT * FROM orders ORDER BY total", "union"),
        ("SELECT * FROM orders WHERE total IS NOT NULL ORDER BY total", "row"),
        ("SELECT * FROM orders WHERE total > 5 ORDER BY total", "row"),
        ("SELECT * FROM orders ORDER BY coalesce(total, 0)", "row"),
        ("SELECT * FROM orders ORDER BY total FOR UPDATE", "or"),
        ("WITH o AS (SELECT * FROM orders) SELECT * FROM o ORDER BY total", "or"),
        ("SELECT * FROM many ORDER BY a, b, c, d", "or"),
    ],
)
def test_the_form_of_the_condition(shop: Relational, sql: str, form: str) -> None:
    assert pages(sql, shop).form == form


# --- texts ------------------------------------------------------------------------------------------------------------

WRITTEN = """
  select o.id,  -- the order
         o."at" AS "limit"
    from orders AS o
   where o.state = 'WHERE ; ORDER BY'   -- only these
      OR o.gone
order  by "limit" desc   -- newest first
   limit :size
  offset 100;
"""


def test_what_is_not_changed_stays_as_it_is_written(shop: Relational) -> None:
    found = pages(WRITTEN, shop)
    assert found.next is not None
    assert found.next.named == (
        """select o.id,  -- the order
         o."at" AS "limit"
    from orders AS o
   where (o.state = 'WHERE ; ORDER BY'   -- only these
      OR o.gone)
     AND (o."at", o.id) < (CAST(:after_limit AS timestamp with time zone), CAST(:after_id AS bigint))
ORDER BY "limit" desc, o.id DESC
   limit :size   -- newest first"""
    )
    assert (found.offset, found.skipped) == ("100", 100)
    assert [(one.name, one.role) for one in found.next.parameters] == [
        ("size", "page size"), ("after_limit", "cursor"), ("after_id", "cursor"),
    ]  # fmt: skip


def test_parameters_are_numbered_without_gaps(shop: Relational, server) -> None:
    sql = "SELECT id FROM orders WHERE customer = $3 AND state = $1 ORDER BY at LIMIT $2 OFFSET $4"
    found = pages(sql, shop)
    assert found.next is not None
    assert [one.name for one in found.next.parameters] == ["p1", "page_size", "p3", "after_keyset_at", "after_id"]
    assert found.next.named == (
        "SELECT id, at AS keyset_at FROM orders WHERE customer = :p3 AND state = :p1 AND (at, orders.id) > "
        "(CAST(:after_keyset_at AS timestamp with time zone), CAST(:after_id AS bigint)) "
        "ORDER BY at, orders.id LIMIT :page_size"
    )
    with psycopg.connect(server.url("keyset shop"), autocommit=True) as connection:
        assert describe(connection, found.next.sql).parameters == (
            "text", "bigint", "integer", "timestamp with time zone", "bigint",
        )  # fmt: skip


def test_offsets_of_queries() -> None:
    assert read_paged("SELECT 1 LIMIT 5 OFFSET 9000").offset_count == 9000
    assert read_paged("SELECT 1 OFFSET $2 ROWS FETCH NEXT 5 ROWS ONLY").offset_parameter == 2
    assert read_paged("SELECT 1 LIMIT 5 OFFSET :a + 1").offset == ":a + 1"


# --- indexes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT * FROM orders WHERE state = 'open' ORDER BY at DESC", "state at id"),
        ("SELECT * FROM orders WHERE state = $1 AND 3 = customer ORDER BY at", "state customer at id"),
        ("SELECT * FROM orders ORDER BY total DESC NULLS LAST, at", "total NULLS FIRST, at DESC, id DESC"),
        ("SELECT * FROM orders WHERE total IS NULL AND NOT gone ORDER BY at", "at id WHERE total IS NULL AND NOT gone"),
        ("SELECT * FROM orders ORDER BY lower(state)", "lower(state) id"),
        ("SELECT * FROM orders ORDER BY state COLLATE \"C\" DESC, at DESC", 'state COLLATE "C", at id'),
        ("SELECT * FROM orders o JOIN customer c ON c.id = o.customer WHERE state = 'x' ORDER BY o.at", "state at id"),
    ],
)  # fmt: skip
def test_the_index_for(shop: Relational, sql: str, index: str) -> None:
    from dbarchitect.engines.postgres.ddl import create_index_sql

    found = pages(sql, shop).index
    assert found is not None
    shown = create_index_sql(found).split("btree ")[1].replace("(", "", 1)
    assert shown.replace(", ", " ").replace(") WHERE", " WHERE").removesuffix(")") == index.replace(", ", " ")


def test_an_index_that_is_there_serves_in_both_directions(database) -> None:
    opened = database(SHOP, "CREATE INDEX newest ON orders (state, at DESC, id DESC)")
    schema = inspect(opened.connection)
    for sql in ("ORDER BY at", "ORDER BY at DESC"):
        assert pages(f"SELECT * FROM orders WHERE state = 'x' {sql}", schema).existing == "newest"
    assert pages("SELECT * FROM orders WHERE state = 'x' ORDER BY at DESC, id", schema).existing == ""
    assert pages("SELECT * FROM customer ORDER BY email", schema).existing == "customer_email_key"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT * FROM orders o JOIN customer c ON c.id = o.customer ORDER BY c.name", "several tables"),
        ("SELECT DISTINCT state FROM orders ORDER BY 1", "computed whole"),
        ("SELECT * FROM recent ORDER BY at", "no table"),
    ],
)
def test_no_index_gives_the_order_of(shop: Relational, sql: str, why: str) -> None:
    found = pages(sql, shop)
    assert found.index is None
    assert why in found.index_why


# --- plans and times --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def script(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("keyset") / "shop.sql"
    path.write_text(SHOP + ROWS)
    return str(path)


MIXED = "SELECT id, total FROM orders WHERE state = 'open' ORDER BY total DESC NULLS LAST, at LIMIT 20 OFFSET 4000"


def planned(script: str, sql: str, **options: object) -> Keyset:
    return keyset(script, sql, KeysetOptions(data=True, **options))  # type: ignore[arg-type]


def test_the_planner_searches_the_index_by_the_condition(script: str) -> None:
    found = planned(script, "SELECT * FROM orders WHERE state = 'open' ORDER BY at DESC LIMIT 20 OFFSET 19980")
    assert found.plans is not None
    assert found.plans.used == "orders_state_at_id_page_idx"
    assert found.plans.condition == "((state = 'open'::text) AND (ROW(at, id) < ROW($1, $2)))"
    assert found.plans.filter == ""
    assert not found.plans.sorts
    assert found.plans.keyset is not None
    assert found.plans.offset_after is not None
    assert found.plans.keyset * 100 < found.plans.offset_after
    assert found.proof.level == "planned"
    assert found.proof.holds


def test_every_branch_of_a_mixed_order_searches_the_index(script: str) -> None:
    found = planned(script, MIXED)
    assert found.form == "union"
    assert found.plans is not None
    assert found.plans.used
    assert found.plans.filter == ""
    assert not found.plans.sorts
    assert "total = ($1)::numeric(10,2)" in found.plans.condition
    assert found.plans.keyset is not None
    assert found.plans.offset_after is not None
    assert found.plans.keyset * 10 < found.plans.offset_after


def test_pages_measured_on_rows_are_the_same_both_ways(script: str) -> None:
    found = planned(script, MIXED, measure=True, page=500)
    assert found.proof.level == "measured"
    assert found.plans is not None
    assert (found.plans.page, found.plans.equal) == (500, True)
    assert found.plans.offset_ms is not None
    assert found.plans.keyset_ms is not None
    assert found.proof.rerun.endswith("--page 500 --measure --data")


def test_what_only_the_server_knows(tmp_path: Path) -> None:
    (tmp_path / "shop.sql").write_text(SHOP)

    def asked(sql: str) -> Keyset:
        return keyset(str(tmp_path / "shop.sql"), sql, KeysetOptions(rows={"*": 20}))

    found = asked("SELECT id FROM orders ORDER BY total * 2, date_trunc('day', at)")
    assert [one.type for one in found.keys] == ["numeric", "timestamp with time zone", "bigint"]
    assert "no index can hold the keys" in found.index_why
    assert "IMMUTABLE" in found.index_why
    assert (
        "several rows" in asked("SELECT id, jsonb_path_query_tz('[1, 2]', '$[*]') AS x FROM orders ORDER BY id").refused
    )
    with pytest.raises(InputError, match='the server refuses this query: column "nothing"'):
        asked("SELECT nothing FROM orders ORDER BY id")


# --- the verb ---------------------------------------------------------------------------------------------------------


def test_the_verb_in_text(script: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["query", "keyset", script, MIXED, "--data", "--orm", "prisma"]) == 0
    shown = " ".join(capsys.readouterr().out.split())  # lines are as long as the terminal is wide
    assert shown.startswith(
        "pages by total, at, orders.id: one branch for each prefix of the keys; in place of OFFSET 4000"
    )
    for part in (
        "CAST(:after_total AS numeric(10,2)) IS NOT NULL",
        "keyset_at: timestamp with time zone, ASC, never NULL",
        "CREATE INDEX CONCURRENTLY orders_state_total_at_id_page_idx",
        "Index Cond:",
        "prisma (not run)",
    ):
        assert part in shown
    assert "kysely" not in shown


def test_the_verb_from_a_file_and_from_standard_input(
    script: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.sql").write_text("SELECT id FROM orders ORDER BY at LIMIT 7;\n")
    assert run(["query", "keyset", script, str(tmp_path / "page.sql"), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["page_size"]) == ("dbarchitect.keyset/1", 7)
    typed = io.TextIOWrapper(io.BytesIO(b"SELECT id FROM orders ORDER BY id LIMIT 7"))
    monkeypatch.setattr("sys.stdin", typed)
    assert run(["query", "keyset", script, "-", "--format", "sql"]) == 0
    assert capsys.readouterr().out == (
        "-- first page\nSELECT id FROM orders ORDER BY id LIMIT 7;\n\n"
        "-- next page\nSELECT id FROM orders WHERE id > CAST($1 AS bigint) ORDER BY id LIMIT 7;\n\n"
        "-- previous page\nSELECT * FROM (\n"
        "SELECT id FROM orders WHERE id < CAST($1 AS bigint) ORDER BY id DESC LIMIT 7\n"
        ") AS page\nORDER BY page.id;\n"
    )


def test_the_verb_says_why_not(script: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["query", "keyset", script, "SELECT * FROM log ORDER BY at"]) == 1
    assert "no keyset pages: no unique key tells its rows apart: log has no primary key" in capsys.readouterr().out
    with pytest.raises(InputError, match="not one that this knows"):
        run(["query", "keyset", script, "SELECT * FROM orders", "--orm", "hibernate"])
    with pytest.raises(InputError, match="there is no file"):
        run(["query", "keyset", script, "nowhere.sql"])


def test_a_live_source_is_paged_and_only_read(database) -> None:
    opened: Database = database(SHOP, ROWS, "ANALYZE")
    found = keyset(opened.url, "SELECT id FROM orders ORDER BY at DESC LIMIT 10", KeysetOptions())
    assert found.plans is not None
    assert found.plans.used == "orders_at_id_page_idx"
    assert not opened.connection.execute("SELECT 1 FROM pg_class WHERE relname LIKE '%page_idx'").fetchall()
