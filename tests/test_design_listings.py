"""Lists along a reference and the index of their pages; values that rows have; a row that is added with its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from dbarchitect.design.asked import Asked
from dbarchitect.design.brief import read_brief
from dbarchitect.design.draft import Draft
from dbarchitect.design.queries import asked
from dbarchitect.design.spec import Order
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server
from dbarchitect.sql.script import split_script

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SHOP = """
A customer has many orders. A customer has a name. An order has a total in EUR, a placed at and a note (optional).
An order has many order lines. An order line has a quantity and a text.
"""
TENANTS = """
Each shop's data is isolated. A shop has a name. A shop has many orders. An order has a placed at.
An order has many lines. A line has a text.
"""


def read(text: str, *accesses: str) -> tuple[Draft, list[Asked]]:
    wanted = "\n".join(f"- {one}" for one in accesses)
    spec = read_brief(f"{text}\n## Access patterns\n\n{wanted}\n".encode(), "brief.md").spec
    draft, _ = designed(spec, now=NOW)
    return draft, asked(draft, spec)


def indexes(draft: Draft, table: str) -> dict[str, tuple[str, ...]]:
    return {one.name: one.keys for one in draft.tables[table].indexes}


@pytest.mark.parametrize(
    ("text", "access", "table", "expected"),
    [
        (SHOP, "list a customer's orders, newest first, 20 at a time", "orders", ("customer_id", "placed_at", "id")),
        (SHOP, "list a customer's orders", "orders", ("customer_id",)),
        (SHOP, "show an order with its lines", "orders", ("customer_id",)),
        (SHOP, "list an order's order lines, 50 per page", "order_lines", ("order_id", "id")),
        (TENANTS, "list a shop's orders, newest first, 20 at a time", "orders", ("shop_id", "placed_at", "id")),
        (TENANTS, "list an order's lines, 20 at a time", "lines", ("shop_id", "order_id", "id")),
    ],
)
def test_the_index_of_a_reference_has_the_order_of_its_pages(
    text: str, access: str, table: str, expected: tuple[str, ...]
) -> None:
    draft, _ = read(text, access)
    found = indexes(draft, table)
    assert expected in found.values(), found
    named = {one.about for one in draft.decisions if one.topic == "index"}
    assert named == ({name for name, keys in found.items() if keys == expected} if expected[-1] == "id" else set())


def test_an_order_that_goes_up_and_down_is_left_to_the_adviser() -> None:
    brief = f"{SHOP}\n## Access patterns\n\n- list a customer's orders, newest first, 20 at a time\n"
    spec = read_brief(brief.encode(), "brief.md").spec
    order = (Order(field="total", descending=True), Order(field="placed at"))
    draft, _ = designed(replace(spec, access=(replace(spec.access[0], order=order),)), now=NOW)
    assert ("customer_id",) in indexes(draft, "orders").values()


def test_the_page_of_a_large_customer_reads_its_own_rows_alone(server: Server) -> None:
    draft, queries = read(SHOP, "list a customer's orders, newest first, 20 at a time")
    server.create_database("listing_large")
    load(server, "listing_large", split_script(script(draft, "Shop"), "schema.sql"))
    with server.connect("listing_large") as connection:
        connection.execute("SET search_path = public")
        connection.execute("INSERT INTO customers (name) SELECT 'c' || n FROM generate_series(1, 500) n")
        connection.execute(
            "INSERT INTO orders (total, placed_at, customer_id) SELECT 1, now() - n * interval '1 minute', "
            "CASE WHEN n % 2 = 0 THEN 1 ELSE 2 + n % 499 END FROM generate_series(1, 40000) n"
        )
        connection.execute("ANALYZE")
        sql = queries[0].sql.replace("$1", "1")
        row = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}").fetchone()  # pyright: ignore[reportArgumentType, reportCallIssue]
        assert row is not None
        plan = row[0][0]["Plan"]
        assert "Sort" not in str(plan)
        assert plan["Plans"][0]["Actual Rows"] == 20
        # The customer with 20,000 orders is the one whose pages are timed.
        (numbers, values), *_ = queries[0].values
        assert numbers == ("$1",)
        assert connection.execute(values).fetchone() == ("1",)  # pyright: ignore[reportArgumentType, reportCallIssue]
        (_, first), (last, after) = queries[1].values
        assert first == values and last == ("$2", "$3")
        page = connection.execute(sql).fetchall()  # pyright: ignore[reportArgumentType, reportCallIssue]
        found = connection.execute(after.replace("$1", "1")).fetchone()  # pyright: ignore[reportArgumentType, reportCallIssue]
        assert found is not None and found[1] == str(page[-1][0])


def test_a_row_comes_with_those_that_refer_to_it_or_not_at_all(server: Server) -> None:
    draft, queries = read(SHOP, "place an order with its order lines")
    server.create_database("listing_added")
    load(server, "listing_added", split_script(script(draft, "Shop"), "schema.sql"))
    (one,) = queries
    order = {"total": "5", "placed at": "now()", "note": "NULL", "customer_id": "1"}
    lines = {"quantity": "'{2,3}'", "text": "'{tea,cups}'"}
    values = [order.get(name) or lines[name.split(" of each")[0]] for name in one.parameters]

    def put(given: list[str]) -> str:
        sql = one.sql
        for number in range(len(given), 0, -1):
            sql = sql.replace(f"${number}", given[number - 1])
        return sql

    with server.connect("listing_added") as connection:
        connection.execute("SET search_path = public")
        connection.execute("INSERT INTO customers (name) VALUES ('Ada')")
        row = connection.execute(put(values)).fetchone()  # pyright: ignore[reportArgumentType, reportCallIssue]
        kept = connection.execute("SELECT order_id, quantity, text FROM order_lines ORDER BY id").fetchall()
        assert row is not None
        assert kept == [(row[0], 2, "tea"), (row[0], 3, "cups")]
        bad = ["'{2,NULL}'" if value == "'{2,3}'" else value for value in values]
        with pytest.raises(Exception, match="null value"):
            connection.execute(put(bad))  # pyright: ignore[reportArgumentType, reportCallIssue]
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (1,)
