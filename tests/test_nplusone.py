"""Repeated statements among executions: what is found and what is not, and that a fix gives what it replaces."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbarchitect.config import parse_configuration
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.errors import InputError
from dbarchitect.model.execution import Execution
from dbarchitect.model.names import Name, quote_literal
from dbarchitect.model.nplusone import NPlusOne
from dbarchitect.query.baseline import accepted_in, baseline_text, new_ones
from dbarchitect.query.nplusone import Ignored, Limits, find
from dbarchitect.render import Screen
from dbarchitect.render.nplusone import render_n_plus_one
from dbarchitect.sql.batching import Varying, batched, copy_instead
from dbarchitect.sql.shapes import constant_starts, read_statement

ORDERS = "SELECT id, customer FROM orders WHERE placed > $1"
ITEMS = "SELECT id, name FROM items WHERE order_id = $1"


class Session:
    """Executions of one connection, a millisecond after one another."""

    def __init__(self, session: str = "1", at: float = 1000.0) -> None:
        self.session, self.at, self.transaction, self.trace = session, at, "", ""
        self.made: list[Execution] = []

    def run(
        self, sql: str, *parameters: object, rows: float | None = None, pause: float = 0.001, site: str = ""
    ) -> None:
        self.at += pause
        self.made.append(
            Execution(
                sql=sql,
                parameters=tuple(str(one) for one in parameters),
                at=self.at,
                milliseconds=0.4,
                rows=rows,
                session=self.session,
                transaction=self.transaction,
                trace=self.trace,
                site=site,
            )
        )
        self.at += 0.0004


def found(executions: Iterable[Execution], **options: object) -> list[tuple[str, int]]:
    return [(one.kind, one.count) for one in find(executions, **options)]  # type: ignore[arg-type]


@pytest.fixture(params=["transaction", "trace", "autocommit"])
def session(request) -> Session:
    """A session whose statements are in one window, whatever makes it one."""
    made = Session()
    if request.param == "transaction":
        made.transaction = "t1"
    elif request.param == "trace":
        made.trace = "r1"
    return made


# --- what is found ----------------------------------------------------------------------------------------------------


def test_a_loop_of_queries_after_the_one_that_gave_their_values(session: Session):
    session.run(ORDERS, "'2026-01-01'", rows=7)
    for order in range(7):
        session.run(ITEMS, order, rows=3)
    (one,) = find(session.made)
    assert (one.kind, one.count, one.places, one.columns) == ("n+1", 7, 1, ("order_id",))
    assert one.parent is not None
    assert (one.parent.sql, one.parent.rows, one.parent.calls) == (ORDERS, 7, 1)
    assert one.confidence == "high"
    assert one.wasted_ms == pytest.approx(6 * 0.4)
    assert one.share == pytest.approx(6 / 8)
    assert one.examples[:2] == (("0",), ("1",))


def test_values_may_stand_in_the_text_and_the_threshold_is_five(session: Session):
    for order in range(4):
        session.run(f"SELECT id, name FROM items WHERE order_id = {order}")
    assert found(session.made) == []
    session.run("SELECT id, name FROM items WHERE order_id = 4 -- a comment")
    assert found(session.made) == [("n+1", 5)]


@pytest.mark.parametrize("window", ["transaction", "trace"])
def test_loops_that_interleave_each_with_its_parent(window: str):
    session = Session()
    setattr(session, window, "x")
    session.run(ORDERS, "'2026-01-01'", rows=6)
    for order in range(6):
        session.run(ITEMS, order, rows=2)
        for item in range(2):
            session.run("SELECT * FROM parts WHERE item_id = $1", order * 2 + item, rows=1)
        session.run("SELECT * FROM customers WHERE id = $1", order, rows=1)
    parents = {one.child.tables[0].name: one.parent.tables[0].name for one in find(session.made) if one.parent}
    assert parents == {"items": "orders", "customers": "orders", "parts": "items"}


def test_in_autocommit_what_interleaves_is_no_run():
    session = Session()
    for order in range(20):
        session.run(ITEMS, order)
        session.run("SELECT * FROM customers WHERE id = $1", order)
    assert found(session.made) == []


def test_transactions_of_several_sessions_that_interleave_are_kept_apart():
    sessions = [Session(str(number), 1000 + number / 7) for number in range(4)]
    for one in sessions:
        one.transaction = "5"  # numbers of transactions may be those of each session
        for order in range(4):
            one.run(ITEMS, order)
    assert found(sorted((e for one in sessions for e in one.made), key=lambda e: e.at or 0)) == []
    for one in sessions:
        one.run(ITEMS, 4)
    (merged,) = find(sorted((e for one in sessions for e in one.made), key=lambda e: e.at or 0))
    assert (merged.count, merged.places, merged.worst) == (20, 4, 5)


def test_one_statement_at_two_lines_is_two_statements(session: Session):
    for order in range(3):
        session.run(ITEMS, order, site="a.py:1 in f")
    for order in range(3, 6):
        session.run(ITEMS, order, site="a.py:9 in g")
    assert found(session.made) == []
    for order in range(6, 9):
        session.run(ITEMS, order, site="a.py:9 in g")
    (one,) = find(session.made)
    assert (one.site, one.count) == ("a.py:9 in g", 6)


def test_the_same_query_with_the_same_values_is_a_missing_cache(session: Session):
    for _ in range(6):
        session.run("SELECT rate FROM rates WHERE currency = $1", "'EUR'")
    assert found(session.made) == [("duplicate", 6)]


def test_what_was_written_in_between_is_asked_again_with_reason():
    session = Session()
    session.transaction = "t"
    for number in range(8):
        session.run("INSERT INTO rates VALUES ($1)", number)
        session.run("SELECT count(*) FROM rates")
    assert found(session.made) == [("row-by-row", 8)]


def test_writes_row_by_row(session: Session):
    for number in range(6):
        session.run("INSERT INTO items (order_id, name) VALUES ($1, 'x') RETURNING id", number)
    for number in range(6):
        session.run("UPDATE items SET name = $1 WHERE id = $2", f"'{number}'", number)
    assert sorted(found(session.made)) == [("row-by-row", 6), ("row-by-row", 6)]


def test_without_the_values_it_is_an_assumption(session: Session):
    for _ in range(6):
        session.run(ITEMS)
    (one,) = find(session.made)
    assert (one.kind, one.confidence) == ("n+1", "low")


# --- what is not ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM items WHERE order_id IN ({0}, {1})",
        "SELECT * FROM items WHERE order_id = ANY ('{{{0},{1}}}')",
        "SELECT * FROM items WHERE order_id = ANY (ARRAY[{0}, {1}])",
        "SELECT i.* FROM unnest(ARRAY[{0}, {1}]) AS k JOIN items i ON i.order_id = k",
        "SELECT * FROM items ORDER BY id LIMIT 10 OFFSET {0}",
        "SELECT * FROM items WHERE id > {0} ORDER BY id LIMIT 10",
        "SELECT * FROM items WHERE (at, id) > ('2026-01-{1}', {0}) ORDER BY at, id LIMIT 10",
        "SELECT * FROM items WHERE at > {0} OR (at = {0} AND id > {1}) ORDER BY at, id LIMIT 10",
        "SELECT * FROM items WHERE id >= {0} AND id < {1}",
        "SELECT * FROM items WHERE id BETWEEN {0} AND {1}",
        "DELETE FROM items WHERE id BETWEEN {0} AND {1}",
        "DELETE FROM items WHERE id IN (SELECT id FROM items WHERE gone LIMIT 1000)",
        "SELECT * FROM jobs WHERE state = {0} LIMIT 1 FOR UPDATE SKIP LOCKED",
        "INSERT INTO items (id, name) VALUES ({0}, 'a'), ({1}, 'b')",
        "SELECT 1",
        "FETCH {0} FROM cursor",
        "SELECT * FROM items WHERE order_id = {0} /* dba: allow n+1 */",
    ],
)
def test_not_an_n_plus_one(session: Session, sql: str):
    for number in range(10, 24):
        session.run(sql.format(number, number + 1))
    assert found(session.made) == []


def test_a_list_of_constants_does_not_hide_a_loop(session: Session):
    for number in range(6):
        session.run("SELECT * FROM items WHERE order_id = $1 AND state IN ('a', 'b')", number)
    for number in range(6):
        session.run("SELECT * FROM items WHERE order_id = $1 ORDER BY at DESC LIMIT 3 OFFSET 0", number)
    for number in range(6):
        session.run("SELECT * FROM prices WHERE product_id = $1 AND day <= $2 ORDER BY day LIMIT 1", number, number + 9)
    assert found(session.made) == [("n+1", 6)] * 3


@pytest.mark.parametrize("value", ["1", "{}"])
def test_polling_is_not_a_loop(value: str):
    session = Session()
    for number in range(30):
        session.run("SELECT * FROM jobs WHERE after = $1", value.format(number), pause=0.25)
    assert found(session.made) == []


def test_a_loop_that_is_held_up_now_and_then_is_still_one(session: Session):
    for number in range(12):
        session.run(ITEMS, number, pause=0.001 if number % 4 else 0.6)
    assert found(session.made) == [("n+1", 12)]


def test_a_poller_that_never_ends_its_transaction():
    session = Session()
    session.transaction = "1"
    for number in range(30):
        session.run("SELECT * FROM jobs WHERE state = $1", "'new'", pause=0.25)
        session.run("SELECT * FROM workers WHERE seen > $1", number, pause=2.0)
    assert found(session.made) == []


def test_a_job_in_a_transaction_of_its_own_is_no_loop():
    session = Session()
    for number in range(30):
        session.transaction = str(number)
        session.run("SELECT * FROM jobs WHERE id = $1", number)
    assert found(session.made) == []


# --- the stream -------------------------------------------------------------------------------------------------------


def many(windows: int) -> Iterator[Execution]:
    for number in range(windows):
        for step in range(10):
            yield Execution(
                sql=f"SELECT * FROM t WHERE id = {step}",
                at=number * 0.1 + step * 0.001,
                session=str(number),  # a connection for each: none is told to have ended
                transaction="1",
                milliseconds=0.1,
            )


def test_memory_does_not_grow_with_the_stream():
    list(find(many(200)))  # what is kept once, such as shapes
    tracemalloc.start()
    (one,) = find(many(400), limits=Limits(windows=50))
    _, small = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    (other,) = find(many(1_600), limits=Limits(windows=50))
    _, large = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (one.count, other.count) == (4_000, 16_000)
    assert large < small * 1.5


def test_a_silent_window_is_closed_and_nothing_is_lost():
    assert [(one.places, one.count) for one in find(many(300), limits=Limits(forgotten=1.0))] == [(300, 3_000)]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 9)), max_size=60))
def test_in_transactions_it_finds_what_counting_finds(steps: list[tuple[int, int, int]]):
    """The order of statements within a transaction does not matter to which of them are repeated."""
    tables = ("a", "b", "c", "d")
    executions = [
        Execution(sql=f"SELECT * FROM {tables[table]} WHERE x = {value}", at=n / 100, session=str(who), transaction="1")
        for n, (who, table, value) in enumerate(steps)
    ]
    wanted: Counter[tuple[str, str]] = Counter()
    for who in range(3):
        for table in range(4):
            values = [value for one, other, value in steps if (one, other) == (who, table)]
            if len(set(values)) >= 5:
                wanted["n+1", tables[table]] += len(values)
            elif most := [n for n in Counter(values).values() if n >= 5]:
                wanted["duplicate", tables[table]] += max(most)
    got: Counter[tuple[str, str]] = Counter()
    for one in find(executions):
        got[one.kind, one.child.tables[0].name] += one.count
    assert got == wanted


# --- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "constants"),
    [
        ("SELECT 1, 'it''s', E'a\\'b', $$x$$, $t$ $$ $t$, -2.5e3, a1, $1, \"q 7\" FROM t", 6),
        ("SELECT 'é', 2 /* 3 */ FROM t -- 4", 2),
    ],
)
def test_constants_of_a_text(sql: str, constants: int):
    reading = read_statement(sql)
    assert len(reading.constants) == constants == len(constant_starts(sql))
    assert reading.shape.fingerprint[0] != "x"


def test_a_shape_tells_a_list_from_a_value():
    tests = ("= 1", "IN (1, 2)", "= ANY ($1)", "= $1")
    shapes = [read_statement(f"SELECT * FROM t WHERE id {test}").shape for test in tests]
    assert [one.lists for one in shapes] == [False, True, True, False]
    assert len({one.fingerprint for one in shapes}) == 1  # which is why the flag is there


@given(st.text(max_size=200))
def test_any_text_has_a_shape(text: str):
    assert read_statement(text).shape == read_statement(text).shape


def test_dialects_that_the_grammar_refuses_are_told_apart_by_words():
    one, other = (read_statement(f"SELECT `a` FROM `t` WHERE `b` = '{value}'") for value in "xy")
    assert one.shape == other.shape
    assert one.constants != other.constants
    assert one.shape.fingerprint.startswith("x")


# --- what to write instead --------------------------------------------------------------------------------------------

SHOP = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, region integer);
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, at timestamptz, note text
);
CREATE TABLE tagged (order_id bigint REFERENCES orders, tag text, PRIMARY KEY (order_id, tag));
INSERT INTO customers SELECT g, 'c' || g, g % 3 FROM generate_series(1, 20) g;
INSERT INTO orders SELECT g, g % 20 + 1, timestamptz '2026-01-01' + g * interval '1 hour', 'n' || g % 7
FROM generate_series(1, 200) g;
INSERT INTO tagged SELECT g, t FROM generate_series(1, 200, 3) g, unnest(ARRAY['a', 'b']) t;
"""


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("SELECT id, note FROM orders WHERE customer_id = $1", [(n,) for n in range(1, 9)]),
        ("\nSELECT o.id -- x\nFROM orders o WHERE o.customer_id = $1 AND o.note = 'n3'", [(n,) for n in range(1, 9)]),
        ("SELECT * FROM orders WHERE customer_id = $1 ORDER BY at DESC LIMIT 2", [(n,) for n in range(1, 9)]),
        ("SELECT count(*), max(at) FROM orders WHERE customer_id = $1", [(n,) for n in range(1, 9)]),
        ("SELECT id FROM orders WHERE customer_id = $1 AND note = $2", [(n, f"n{n % 7}") for n in range(1, 9)]),
        ("SELECT o.* FROM orders o, tagged t WHERE $1 = t.tag AND o.id = t.order_id", [("a",), ("b",), ("c",)]),
        ("SELECT DISTINCT note FROM orders WHERE customer_id = $1::bigint", [(n,) for n in range(1, 9)]),
        ("SELECT name FROM customers WHERE id = $1 FOR UPDATE", [(n,) for n in range(1, 9)]),
        (
            "SELECT id FROM orders WHERE note = $1 AND at >= $2 AND at < $3",
            [(f"n{n}", f"2026-01-0{n}", f"2026-01-1{n}") for n in (1, 2, 3)],
        ),
    ],
)  # fmt: skip
def test_the_batched_query_gives_what_the_loop_gave(database, sql: str, values: list[tuple[object, ...]]):
    """Run on a server: all rows of the single queries, each with its values, are those of the one query."""
    home = database(SHOP)
    schema = inspect(home.connection)
    session = Session()
    session.transaction = "1"
    for one in values * 2:
        session.run(sql, *(literal(value) for value in one))
    (finding,) = find(session.made, schema=schema, limits=Limits(count=3))
    once = finding.fixes["sql"]
    cursor = psycopg.RawCursor(home.connection)
    singly = Counter(row for one in values for row in cursor.execute(sql, one).fetchall())
    lists = [list(column) for column in zip(*values, strict=True)]
    rows = cursor.execute(once, lists).fetchall()
    width = len(next(iter(singly)))
    assert Counter(row[-width:] for row in rows) == singly
    # Which row is whose can be told: without the values that the loop knew the rows would be worth nothing.
    names = [column.name for column in cursor.description or ()]
    assert set(finding.columns) <= set(names)


def literal(value: object) -> str:
    return quote_literal(value) if isinstance(value, str) else str(value)


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("UPDATE orders SET note = $1 WHERE id = $2", [(f"new {n}", n) for n in range(1, 9)]),
        ("UPDATE orders SET at = $1 WHERE id = $2", [(f"2026-02-0{n}", n) for n in range(1, 9)]),
        ("UPDATE orders SET note = 'gone' WHERE id = $1", [(n,) for n in range(1, 9)]),
        ("DELETE FROM tagged WHERE order_id = $1 AND tag = $2", [(n, "a") for n in range(1, 9)]),
        ("DELETE FROM tagged WHERE order_id = $1", [(n,) for n in range(1, 9)]),
        ("INSERT INTO customers (id, name) VALUES ($1, upper($2))", [(100, "x"), (101, "y")]),
    ],
)
def test_the_batched_write_does_what_the_loop_did(database, sql: str, values: list[tuple[object, ...]]):
    def after(*statements: tuple[str, list[object]]) -> list[object]:
        home = database(SHOP)
        cursor = psycopg.RawCursor(home.connection)
        for text, parameters in statements:
            cursor.execute(text, parameters)
        return [
            home.connection.execute(f"SELECT t FROM {table} t ORDER BY t").fetchall()
            for table in ("orders", "tagged", "customers")
        ]

    session = Session()
    for one in values * 4:
        session.run(sql, *(literal(value) for value in one))
    (finding,) = find(session.made, schema=inspect(database(SHOP).connection))
    lists: list[object] = [list(column) for column in zip(*values, strict=True)]
    if sql.startswith("INSERT"):
        lists = [value for one in values for value in one]
    elif "tag = $2" in sql:
        lists[1] = "a"  # it does not vary, so it is no list
    assert after((finding.fixes["sql"], lists)) == after(*((sql, list(one)) for one in values))


def test_copy_in_the_place_of_an_insert(database):
    home = database(SHOP)
    copy = copy_instead('INSERT INTO public.customers (id, "name") VALUES ($1, $2)')
    with home.connection.cursor().copy(copy) as sink:
        sink.write_row((1000, "loaded"))
    assert home.connection.execute("SELECT name FROM customers WHERE id = 1000").fetchone() == ("loaded",)
    for refused in ("ON CONFLICT DO NOTHING", "RETURNING id"):
        assert copy_instead(f"INSERT INTO customers (id) VALUES (1) {refused}") == ""
    assert copy_instead("INSERT INTO customers SELECT * FROM customers") == ""


def test_what_cannot_be_batched_is_not_shown():
    assert batched("UPDATE t SET a = $1 FROM s WHERE t.id = $2", Varying({1: "1", 2: "2"}, {}), lambda *_: "") == ""
    assert batched("SELECT nonsense FROM", Varying({1: "1"}, {}), lambda *_: "") == ""


def test_a_key_of_the_schema_raises_the_confidence_and_gives_the_types(database):
    schema = inspect(database(SHOP).connection)
    session = Session()
    for number in range(6):
        session.run(f"SELECT count(*) FROM orders WHERE customer_id = {number}")
    (one,) = find(session.made, schema=schema)
    assert one.confidence == "high"
    assert "foreign key customer_id" in " ".join(one.because)
    assert "unnest($1::bigint[])" in one.fixes["sql"]
    assert find(session.made)[0].confidence == "medium"


def test_the_idioms_of_the_orms():
    session = Session()
    session.transaction = "1"
    session.run("SELECT * FROM order_lines", rows=6)
    for number in range(6):
        session.run("SELECT * FROM products WHERE id = $1", number, rows=1)
    (one,) = find(session.made)
    assert one.fixes["sqlalchemy"] == "select(OrderLine).options(joinedload(OrderLine.product))"
    assert one.fixes["prisma"] == "prisma.orderLines.findMany({ include: { product: true } })"
    assert one.fixes["drizzle"] == "db.query.order_lines.findMany({ with: { product: true } })"
    assert 'jsonObjectFrom(eb.selectFrom("products")' in one.fixes["kysely"]
    assert one.fixes["tortoise"] == 'OrderLine.all().prefetch_related("product")'


# --- accepted ones, and how they are shown ----------------------------------------------------------------------------


@pytest.fixture
def two() -> tuple[NPlusOne, ...]:
    session = Session()
    session.transaction = "1"
    for number in range(6):
        session.run(ITEMS, number, site="app/views.py:41 in list_orders")
    for number in range(6):
        session.run("SELECT * FROM parts WHERE item_id = $1", number, site="app/parts.py:7 in parts")
    return find(session.made)


def test_ignored_by_fingerprint_and_by_site(two: tuple[NPlusOne, ...]):
    first, second = two
    assert Ignored(fingerprint=first.child.fingerprint).covers(first)
    assert not Ignored(fingerprint=first.child.fingerprint).covers(second)
    assert [one.site for one in two if not Ignored(site="app/views.py:*").covers(one)] == ["app/parts.py:7 in parts"]


def test_a_baseline_holds_what_is_accepted_and_survives_other_lines(two: tuple[NPlusOne, ...]):
    accepted = accepted_in(baseline_text(two[:1]), "b.json")
    assert new_ones(two, accepted) == two[1:]
    session = Session()
    session.transaction = "9"
    for number in range(9):
        session.run(ITEMS, number, site="app/views.py:57 in list_orders")
    assert new_ones(find(session.made), accepted_in(baseline_text(two), "b.json")) == ()
    with pytest.raises(InputError, match=r"b\.json is not a baseline"):
        accepted_in("[]", "b.json")


def test_the_configuration_names_baseline_and_ignores():
    table = {"baseline": "n.json", "ignore": [{"site": "scripts/*", "reason": "run once"}]}
    read = parse_configuration({"n-plus-one": table}, Path("/x/dbarchitect.toml"))
    assert read.repeated_baseline == Path("/x/n.json")
    assert read.repeated_ignores == (Ignored(site="scripts/*", reason="run once"),)
    with pytest.raises(InputError, match="needs a reason"):
        parse_configuration({"n-plus-one": {"ignore": [{"site": "x"}]}}, Path("/x/dbarchitect.toml"))
    with pytest.raises(InputError, match="unknown key"):
        parse_configuration({"n-plus-one": {"sites": []}}, Path("/x/dbarchitect.toml"))


def test_shown_as_text_json_and_annotations(two: tuple[NPlusOne, ...]):
    def shown(form, found=two) -> str:
        return render_n_plus_one(found, form, screen=Screen(), root=Path("/repo"), version="1", statements=12)

    text = shown("text")
    assert "2 N+1 queries in 12 statements: 10 statements too many" in text
    assert "N+1 query: app/views.py:41 in list_orders" in text
    assert "fix (sql): SELECT order_id, id, name FROM items WHERE order_id = ANY ($1)" in text
    body = json.loads(shown("json"))
    assert body["schema"] == "dbarchitect.n-plus-one/1"
    assert [one["key"] for one in body["findings"]] == [one.key for one in two]
    annotations = shown("github").splitlines()
    assert {one.partition(",title")[0] for one in annotations[:-1]} == {
        "::warning file=app/views.py,line=41", "::warning file=app/parts.py,line=7",
    }  # fmt: skip
    assert shown("text", ()).startswith("no repeated statements in 12 statements")


def test_untrusted_text_is_escaped():
    session = Session()
    for number in range(6):
        session.run(f"SELECT '\x1b[31m' FROM items WHERE order_id = {number}", site="a\u202eb.py:1 in f\n::error::x")
    found = find(session.made)
    for form in ("text", "json", "github"):
        shown = render_n_plus_one(found, form, screen=Screen(), root=Path("/"), version="1")
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "\n::error" not in shown


def test_names_of_tables_are_read_whatever_their_case():
    assert read_statement('SELECT * FROM "My Table" m WHERE m."Id" = 1').shape.keys[0].table == Name(
        schema="", name="My Table"
    )
