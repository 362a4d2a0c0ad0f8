"""Anti-patterns of a query's text: each fires where it should, and is quiet at its known traps."""

# ruff: noqa: E501 (SQL reads better unbroken)
from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.errors import InputError
from dbarchitect.model.finding import Severity
from dbarchitect.model.schema import Relational
from dbarchitect.query.patterns import pages, patterns

SCHEMA = """
CREATE EXTENSION pg_trgm;
CREATE TABLE customer (
    id integer PRIMARY KEY, email text NOT NULL, code varchar(10) NOT NULL, name text, seen_at timestamp, vip boolean
);
CREATE INDEX ON customer (email);
CREATE INDEX customer_lower_code ON customer (lower(code));
CREATE INDEX customer_name_trgm ON customer USING gin (name gin_trgm_ops);
CREATE INDEX ON customer (seen_at);
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer, ref integer, total numeric NOT NULL,
    doc jsonb, at timestamptz NOT NULL, day date NOT NULL, price numeric
);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (at);
CREATE INDEX orders_ref ON orders (ref);
CREATE INDEX orders_doc ON orders USING gin (doc);
CREATE INDEX orders_doc_kind ON orders ((doc ->> 'kind'));
CREATE TABLE item (order_id bigint NOT NULL REFERENCES orders, product_id integer NOT NULL, note text, PRIMARY KEY (order_id, product_id));
CREATE TABLE tiny (id integer PRIMARY KEY, name text);
INSERT INTO customer SELECT g, 'mail' || g, 'C' || g, 'n' || g, now()::timestamp FROM generate_series(1, 5000) g;
INSERT INTO orders SELECT g, 1 + g % 5000, g, g, jsonb_build_object('kind', g, 'body', repeat('x', 900)), now(), now() FROM generate_series(1, 5000) g;
INSERT INTO item SELECT g, 1, 'x' FROM generate_series(1, 5000) g;
INSERT INTO tiny SELECT g, 't' FROM generate_series(1, 10) g;
ANALYZE;
"""

MANY = ", ".join(map(str, range(150)))

# id -> (queries where it fires, queries where it is quiet), all over the schema
CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "null-comparison": (
        ("SELECT id FROM customer WHERE name = NULL", "DELETE FROM item WHERE note <> NULL", "SELECT CASE WHEN name = NULL THEN 1 END FROM customer"),
        ("UPDATE customer SET name = NULL WHERE id = 1", "SELECT id FROM customer WHERE name IS NULL", "SELECT id FROM customer WHERE name = 'NULL'"),
    ),
    "not-in-nullable": (
        ("SELECT id FROM customer WHERE id NOT IN (SELECT ref FROM orders)", "SELECT id FROM customer WHERE id NOT IN (SELECT o.customer_id FROM customer c LEFT JOIN orders o ON o.customer_id = c.id)",
         "SELECT id FROM customer WHERE id NOT IN (SELECT max(ref) FROM orders)"),
        ("SELECT id FROM customer WHERE id NOT IN (SELECT customer_id FROM orders)", "SELECT id FROM customer WHERE id NOT IN (SELECT ref FROM orders WHERE ref IS NOT NULL)",
         "SELECT id FROM customer WHERE id NOT IN (1, 2)", "SELECT id FROM customer WHERE id IN (SELECT ref FROM orders)"),
    ),
    "cross-join": (
        ("SELECT 1 FROM customer c, orders o WHERE c.vip AND o.total > 5", "DELETE FROM item USING orders o WHERE o.total = 7", "UPDATE orders SET total = 0 FROM customer c WHERE c.vip"),
        ("SELECT 1 FROM customer c, orders o WHERE o.customer_id = c.id", "SELECT 1 FROM customer CROSS JOIN tiny", "SELECT 1 FROM orders o, jsonb_each(o.doc) e",
         "SELECT 1 FROM orders o, (SELECT max(at) AS last FROM orders) m", "SELECT 1 FROM customer c, LATERAL (SELECT id FROM orders o WHERE o.customer_id = c.id) l",
         "SELECT 1 FROM customer c, orders o WHERE customer_id = c.id", "SELECT 1 FROM customer c, orders o WHERE EXISTS (SELECT 1 FROM item i WHERE i.order_id = o.id AND i.product_id = c.id)"),
    ),
    "or-across-tables": (
        ("SELECT 1 FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.email = 'a' OR o.total = 5", "SELECT 1 FROM customer c, orders o WHERE o.customer_id = c.id AND (o.ref = 1 OR c.name = 'x')"),
        ("SELECT 1 FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.email = 'a' OR c.name = 'b'", "SELECT 1 FROM customer c JOIN tiny t ON t.id = c.id WHERE c.email = 'a' OR t.name = 'b'",
         "SELECT 1 FROM customer c JOIN orders o ON o.customer_id = c.id WHERE (c.vip AND o.total > 1) OR (c.vip AND o.total < 0)"),
    ),
    "long-list": (
        (f"SELECT id FROM orders WHERE ref IN ({MANY})", f"DELETE FROM orders WHERE id NOT IN ({MANY})"),
        ("SELECT id FROM orders WHERE ref IN (1, 2, 3)", "SELECT id FROM orders WHERE ref = ANY ($1)"),
    ),
    "having-for-where": (
        ("SELECT customer_id, count(*) FROM orders GROUP BY customer_id HAVING customer_id > 5", "SELECT customer_id FROM orders GROUP BY customer_id HAVING count(*) > 1 AND customer_id = 7"),
        ("SELECT customer_id FROM orders GROUP BY customer_id HAVING count(*) > 5", "SELECT customer_id FROM orders GROUP BY customer_id HAVING customer_id > avg(ref)"),
    ),
    "write-without-where": (
        ("DELETE FROM item", "UPDATE orders SET total = 0", "WITH gone AS (DELETE FROM item RETURNING *) SELECT count(*) FROM gone"),
        ("DELETE FROM item WHERE order_id = 1", "INSERT INTO tiny VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET name = 'b'"),
    ),
    "text-as-interval": (
        ("SELECT id FROM orders WHERE at > now() - (ref || ' days')::interval", "SELECT ('2024-01-' || ref)::date FROM orders"),
        ("SELECT id FROM orders WHERE at > now() - '5 days'::interval", "SELECT ref * interval '1 day', ref || ' days' FROM orders"),
    ),
    "leading-wildcard": (
        ("SELECT id FROM customer WHERE email LIKE '%@x.org'", "SELECT id FROM customer WHERE email ILIKE '%' || $1 || '%'", "SELECT id FROM customer WHERE vip OR email LIKE '_x'"),
        ("SELECT id FROM customer WHERE email LIKE 'x%'", "SELECT id FROM customer WHERE name LIKE '%x%'", "SELECT id FROM tiny WHERE name LIKE '%x'",
         "SELECT email LIKE '%x' FROM customer", "SELECT id FROM customer WHERE email NOT LIKE '%x'", "SELECT id FROM customer WHERE email LIKE $1"),
    ),
    "function-on-column": (
        ("SELECT id FROM customer WHERE lower(email) = 'a'", "SELECT id FROM orders WHERE at::date = '2024-01-01'", "SELECT id FROM orders WHERE ref + 1 = 7",
         "SELECT id FROM orders WHERE coalesce(ref, 0) = 5", "SELECT id FROM orders WHERE date_trunc('month', at) = $1", "SELECT id FROM orders WHERE customer_id::text = '5'",
         "SELECT id FROM orders WHERE extract(year FROM at) BETWEEN 2020 AND 2024"),
        ("SELECT id FROM customer WHERE lower(code) = 'c7'", "SELECT id FROM customer WHERE email = lower('A')", "SELECT id FROM customer WHERE code::text = 'C7'",
         "SELECT id FROM orders WHERE at > now() - interval '1 day'", "SELECT 1 FROM orders o JOIN customer c ON lower(c.email) = o.doc ->> 'mail'",
         "SELECT lower(email) FROM customer", "SELECT id FROM tiny WHERE lower(name) = 'x'", "SELECT id FROM (SELECT id, total FROM orders) s WHERE abs(s.total) = 5",
         "SELECT customer_id FROM orders GROUP BY 1 HAVING sum(total) > 5"),
    ),
    "other-type": (
        ("SELECT id FROM orders WHERE ref = 5.0", "SELECT 1 FROM orders o JOIN orders p ON o.ref = p.price", "SELECT id FROM orders WHERE customer_id > 5.5"),
        ("SELECT id FROM orders WHERE ref = 5", "SELECT id FROM orders WHERE ref = '5'", "SELECT id FROM orders WHERE total = 5.5", "SELECT 1 FROM orders o JOIN customer c ON c.id = o.customer_id",
         "SELECT id FROM orders WHERE id = 99999999999", "SELECT id FROM tiny WHERE id = 5.0"),
    ),
    "json-arrow": (
        ("SELECT id FROM orders WHERE doc ->> 'color' = 'red'", "SELECT id FROM orders o WHERE (o.doc ->> 'size') = $1"),
        ("SELECT id FROM orders WHERE doc ->> 'kind' = '5'", "SELECT id FROM orders WHERE doc @> '{\"color\": \"red\"}'", "SELECT doc ->> 'color' FROM orders"),
    ),
    "not-distinct": (
        ("SELECT id FROM orders WHERE ref IS NOT DISTINCT FROM 5", "SELECT id FROM orders WHERE ref IS NOT DISTINCT FROM $1"),
        ("SELECT id FROM orders WHERE ref IS DISTINCT FROM 5", "SELECT id FROM orders WHERE price IS NOT DISTINCT FROM 5", "SELECT ref IS NOT DISTINCT FROM 5 FROM orders"),
    ),
    "naive-now": (
        ("SELECT id FROM customer WHERE seen_at > now() - interval '1 day'", "SELECT id FROM customer WHERE seen_at < CURRENT_TIMESTAMP"),
        ("SELECT id FROM orders WHERE at > now()", "SELECT id FROM customer WHERE seen_at > localtimestamp", "SELECT id FROM customer WHERE seen_at > now() AT TIME ZONE 'UTC'"),
    ),
    "between-timestamps": (
        ("SELECT id FROM orders WHERE at BETWEEN '2024-01-01' AND '2024-01-31'", "SELECT id FROM orders WHERE at BETWEEN '2024-01-01' AND '2024-01-31 23:59:59'"),
        ("SELECT id FROM orders WHERE day BETWEEN '2024-01-01' AND '2024-01-31'", "SELECT id FROM orders WHERE at >= '2024-01-01' AND at < '2024-02-01'", "SELECT id FROM orders WHERE ref BETWEEN 1 AND 2",
         "SELECT id FROM orders WHERE at BETWEEN '2024-01-01 08:00' AND '2024-01-01 09:30'"),
    ),
    "select-star": (
        ("SELECT * FROM orders WHERE id = 5", "SELECT o.*, c.id FROM orders o JOIN customer c ON c.id = o.customer_id"),
        ("SELECT * FROM tiny", "SELECT count(*) FROM orders", "SELECT id FROM customer c WHERE EXISTS (SELECT * FROM orders WHERE customer_id = c.id)", "SELECT * FROM (SELECT id FROM orders) s", "SELECT c.* FROM orders o JOIN customer c ON c.id = o.customer_id"),
    ),
    "large-offset": (
        ("SELECT id FROM orders ORDER BY id LIMIT 10 OFFSET 5000", "SELECT id FROM orders ORDER BY at OFFSET 100000"),
        ("SELECT id FROM orders ORDER BY id LIMIT 10 OFFSET 20", "SELECT id FROM orders ORDER BY id LIMIT 10 OFFSET $1"),
    ),
    "order-by-random": (
        ("SELECT id FROM orders ORDER BY random() LIMIT 5", "SELECT id FROM orders WHERE ref > 5 ORDER BY gen_random_uuid() LIMIT 1"),
        ("SELECT id FROM tiny ORDER BY random()", "SELECT id FROM orders TABLESAMPLE system (1) ORDER BY random() LIMIT 5", "SELECT random() FROM orders ORDER BY id"),
    ),
    "limit-without-order": (
        ("SELECT id FROM orders LIMIT 10", "SELECT id FROM orders WHERE ref = 5 LIMIT 10 OFFSET 20", "SELECT id FROM orders FETCH FIRST 3 ROWS ONLY"),
        ("SELECT id FROM orders ORDER BY id LIMIT 10", "SELECT email FROM customer WHERE id = 5 LIMIT 1", "SELECT count(*) FROM orders LIMIT 1", "SELECT 1 FROM orders WHERE ref = 5 LIMIT 1",
         "SELECT id FROM (SELECT id FROM orders ORDER BY at) s LIMIT 5", "SELECT id FROM customer c WHERE EXISTS (SELECT o.id FROM orders o WHERE o.customer_id = c.id LIMIT 1)", "SELECT id FROM orders LIMIT ALL"),
    ),
    "count-for-existence": (
        ("SELECT id FROM customer c WHERE (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) > 0", "SELECT id FROM customer c WHERE 0 = (SELECT count(o.id) FROM orders o WHERE o.customer_id = c.id)",
         "SELECT (SELECT count(*) FROM orders) >= 1"),
        ("SELECT id FROM customer c WHERE (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) > 5", "SELECT id FROM customer c WHERE (SELECT max(ref) FROM orders) > 0", "SELECT count(*) FROM orders HAVING count(*) > 0"),
    ),
    "distinct-over-join": (
        ("SELECT DISTINCT c.id FROM customer c JOIN orders o ON o.customer_id = c.id", "SELECT DISTINCT c.email FROM customer c, orders o WHERE o.customer_id = c.id AND o.total > 5"),
        ("SELECT DISTINCT o.total FROM orders o JOIN customer c ON c.id = o.customer_id WHERE c.vip", "SELECT DISTINCT c.id, o.ref FROM customer c JOIN orders o ON o.customer_id = c.id",
         "SELECT DISTINCT ON (c.id) c.id FROM customer c JOIN orders o ON o.customer_id = c.id ORDER BY c.id", "SELECT DISTINCT ref FROM orders"),
    ),
    "union-for-union-all": (
        ("SELECT 'a' AS kind, id FROM orders UNION SELECT 'b', id FROM customer", "SELECT id, 1 FROM orders UNION SELECT id, 2 FROM customer UNION SELECT id, 3 FROM tiny"),
        ("SELECT 'a' AS kind, id FROM orders UNION ALL SELECT 'b', id FROM customer", "SELECT 'a' AS kind, id FROM orders UNION SELECT 'a', id FROM customer", "SELECT id FROM orders UNION SELECT id FROM customer"),
    ),
    "subquery-per-row": (
        ("SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customer c", "SELECT email, coalesce((SELECT sum(total) FROM orders WHERE customer_id = customer.id), 0) FROM customer"),
        ("SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customer c WHERE c.id = 5", "SELECT c.id, (SELECT max(total) FROM orders) FROM customer c",
         "SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customer c ORDER BY id LIMIT 10", "SELECT id, (SELECT count(*) FROM orders o WHERE o.customer_id = t.id) FROM tiny t"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def schema(server) -> Relational:
    """The schema with the statistics of its rows."""
    server.drop_database("patterns")
    server.create_database("patterns")
    with psycopg.connect(server.url("patterns"), autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
        found = inspect(connection)
        with connection.transaction(force_rollback=True):
            for sql in {
                sql
                for fires, _ in CASES.values()
                for query in fires
                for one in patterns(query, found)
                for sql in one.sql
            }:
                connection.execute(sql.replace("CONCURRENTLY ", "").encode())  # and every index that is advised
        for fires, quiet in CASES.values():
            for sql in (*fires, *quiet):
                connection.execute(f"PREPARE checked AS {sql}".encode())  # the server takes every case
                connection.execute("DEALLOCATE checked")
    server.drop_database("patterns")
    return found


def test_every_pattern_has_its_cases():
    assert set(pages()) == set(CASES)
    assert all(len(fires) >= 2 and len(quiet) >= 2 for fires, quiet in CASES.values())
    told = (Path(__file__).parents[1] / "docs" / "query-patterns.md").read_text(encoding="utf-8")
    assert all(f"**{name}**  \n{page}\n" in told for name, page in pages().items())


@pytest.mark.parametrize("name", CASES)
def test_fires_and_is_quiet(schema: Relational, name: str) -> None:
    fires, quiet = CASES[name]
    missed = [sql for sql in fires if name not in {one.rule for one in patterns(sql, schema)}]
    assert not missed
    noisy = [(sql, one.message) for sql in quiet for one in patterns(sql, schema) if one.rule == name]
    assert not noisy


WITHOUT_SCHEMA = [
    name
    for name in CASES
    if name not in ("other-type", "json-arrow", "not-distinct", "naive-now")  # these ask for types and indexes
]


@pytest.mark.parametrize("name", WITHOUT_SCHEMA)
def test_the_text_alone_is_enough_for_most(name: str) -> None:
    assert any(name in {one.rule for one in patterns(sql)} for sql in CASES[name][0])


def test_a_finding_has_its_place_evidence_and_remedy(schema: Relational) -> None:
    (one,) = [
        found
        for found in patterns("SELECT id\nFROM orders -- é\nWHERE ref = 1\n  AND at::date = '2024-01-01'", schema)
        if found.rule == "function-on-column"
    ]
    assert (one.facts["line"], one.facts["column"]) == (4, 7)
    assert one.at == "line 4, column 7"
    assert one.origin == "text"
    assert "orders_at_idx" in one.message
    assert "at >= start AND at < end" in one.advice
    assert one.sql == ()  # the day of a moment depends on the session's zone: no index can be on it
    (other,) = patterns("SELECT id FROM customer WHERE lower(email) = 'a'", schema)
    assert other.sql == ("CREATE INDEX CONCURRENTLY ON public.customer ((lower(email)))",)


def test_the_worst_comes_first(schema: Relational) -> None:
    found = patterns("SELECT * FROM orders WHERE ref = NULL LIMIT 5", schema)
    assert [one.rule for one in found] == ["null-comparison", "select-star", "limit-without-order"]
    assert found[0].severity is Severity.ERROR


def test_subqueries_and_common_tables_are_read_too(schema: Relational) -> None:
    found = patterns(
        "WITH x AS (SELECT id FROM orders WHERE ref = NULL) SELECT x.id FROM x JOIN customer c ON c.id = x.id", schema
    )
    assert [one.rule for one in found] == ["null-comparison"]


@pytest.mark.parametrize("sql", ["SELEC 1", "SELECT 1; SELECT 2", ""])
def test_what_is_no_statement_is_refused(sql: str) -> None:
    with pytest.raises(InputError):
        patterns(sql)


def test_what_is_no_query_says_nothing():
    assert patterns("CREATE TABLE t (id integer)") == ()
    assert patterns("VALUES (1), (2)") == ()
    assert patterns("SELECT 1") == ()
