"""A shop's queries as an application sends them: SQLAlchemy's with parameters, people's own SQL with constants.

`run` sends each some times to a database with `SCHEMA`, so that pg_stat_statements counts them.
"""

# ruff: noqa: E501 (SQL reads better unbroken)
from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

SCHEMA = """
CREATE TABLE customer (
    id integer PRIMARY KEY, email text NOT NULL, country text NOT NULL, vip boolean NOT NULL, born date,
    joined_at timestamptz NOT NULL
);
CREATE TABLE product (
    id integer PRIMARY KEY, name text NOT NULL, price numeric(10, 2) NOT NULL, tags text[] NOT NULL, doc jsonb NOT NULL
);
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer, status text NOT NULL,
    total numeric(10, 2) NOT NULL, ordered_at timestamptz NOT NULL, shipped_on date, note text
);
CREATE TABLE item (
    order_id bigint NOT NULL REFERENCES orders, product_id integer NOT NULL REFERENCES product, quantity integer NOT NULL,
    PRIMARY KEY (order_id, product_id)
);
CREATE TABLE category (id integer PRIMARY KEY, parent_id integer REFERENCES category, name text NOT NULL);
INSERT INTO customer SELECT g, 'mail' || g || '@example.org', (ARRAY['de','fr','it','at','ch'])[1 + (g * g) % 5], g % 50 = 0,
    date '1950-01-01' + g % 20000, timestamptz '2024-01-01 00:00Z' + g * interval '1 hour'
FROM generate_series(1, 10000) g;
INSERT INTO product SELECT g, 'Product ' || md5(g::text), 1 + g % 300, ARRAY['t' || g % 40, 'u' || g % 7],
    jsonb_build_object('color', 'c' || g % 9, 'size', g % 50) FROM generate_series(1, 2000) g;
INSERT INTO orders SELECT g, 1 + (g * 7) % 10000,
    CASE WHEN g % 100 = 0 THEN 'open' WHEN g % 10 = 0 THEN 'cancelled' ELSE 'done' END, 5 + g % 900,
    timestamptz '2024-01-01 00:00Z' + g * interval '10 minutes', date '2024-01-02' + (g / 144)::integer,
    CASE WHEN g % 40 = 0 THEN 'call ' || g END
FROM generate_series(1, 60000) g;
INSERT INTO item SELECT g, 1 + (g * 13 + k * 57) % 2000, k FROM generate_series(1, 60000) g, generate_series(1, 2) k;
INSERT INTO category SELECT g, CASE WHEN g > 5 THEN g / 5 END, 'cat ' || g FROM generate_series(1, 500) g;
ANALYZE;
"""

# As people write them: with constants, which pg_stat_statements replaces by $n.
WRITTEN = (
    "SELECT id, total FROM orders WHERE status = 'open' AND ordered_at > now() - interval '30 days' LIMIT 50",
    "SELECT count(*) FROM orders WHERE ordered_at >= date '2024-02-01' AND ordered_at < date '2024-03-01'",
    "SELECT id FROM orders WHERE ordered_at > timestamp with time zone '2024-05-01 00:00+00' ORDER BY ordered_at LIMIT 20",
    "SELECT date_trunc('day', ordered_at) AS day, sum(total) FROM orders WHERE status = 'done' "
    "GROUP BY date_trunc('day', ordered_at) ORDER BY date_trunc('day', ordered_at)",
    "SELECT extract(year FROM ordered_at) AS year, count(*) FROM orders GROUP BY extract(year FROM ordered_at)",
    "SELECT to_char(ordered_at AT TIME ZONE 'Europe/Berlin', 'YYYY-MM') AS month, count(*) FROM orders "
    "GROUP BY to_char(ordered_at AT TIME ZONE 'Europe/Berlin', 'YYYY-MM') HAVING count(*) > 10",
    "SELECT * FROM customer WHERE country IN ('de', 'fr', 'it') AND vip = true",
    "SELECT * FROM orders WHERE id IN (5, 7, 9, 11, 13, 17)",
    "SELECT sum(CASE WHEN status = 'open' THEN 1 ELSE 0 END) AS open, count(*) FROM orders WHERE customer_id = 77",
    "SELECT count(*) FILTER (WHERE total > 100), avg(CASE WHEN total > 100 THEN total ELSE 0 END) FROM orders "
    "WHERE shipped_on > current_date - 900",
    "WITH RECURSIVE down AS (SELECT id, 0 AS depth FROM category WHERE parent_id IS NULL UNION ALL "
    "SELECT c.id, d.depth + 1 FROM category c JOIN down d ON c.parent_id = d.id WHERE d.depth < 5) "
    "SELECT depth, count(*) FROM down GROUP BY depth",
    "SELECT id, name FROM product WHERE tags @> ARRAY['t7', 'u3']",
    "SELECT id FROM product WHERE 't9' = ANY (tags)",
    "SELECT id FROM product WHERE doc @> '{\"color\": \"c3\"}'",
    "SELECT id FROM product WHERE doc ->> 'color' = 'c4' AND (doc ->> 'size')::integer > 40",
    "SELECT jsonb_build_object('id', id, 'name', name, 'kind', 'product') FROM product WHERE price BETWEEN 10 AND 12.50",
    "SELECT id, name FROM product WHERE name LIKE 'Product 12%' ORDER BY name LIMIT 10 OFFSET 20",
    "SELECT id FROM product WHERE name ILIKE '%abc%' FETCH FIRST 5 ROWS ONLY",
    "SELECT id, total, rank() OVER (PARTITION BY customer_id ORDER BY total DESC), lag(total, 1, 0) OVER "
    "(ORDER BY ordered_at) FROM orders WHERE customer_id = 42",
    "SELECT avg(total) OVER (ORDER BY ordered_at ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) FROM orders WHERE id < 1000",
    "SELECT o.id, coalesce(o.note, 'none') FROM orders o JOIN customer c ON c.id = o.customer_id "
    "WHERE c.email = 'mail88@example.org' AND o.total >= 20.5",
    "SELECT d.day::date, count(o.id) FROM generate_series(timestamptz '2024-01-01', timestamptz '2024-01-31', "
    "interval '1 day') AS d(day) LEFT JOIN orders o ON o.ordered_at >= d.day AND o.ordered_at < d.day + interval '1 day' "
    "GROUP BY d.day",
    "SELECT n, (SELECT count(*) FROM orders WHERE customer_id = n) FROM generate_series(1, 10) AS n",
    "SELECT p.id, v.label FROM product p JOIN (VALUES (1, 'one'), (2, 'two')) AS v(id, label) ON v.id = p.id",
    "SELECT 'order' AS kind, id FROM orders WHERE customer_id = 3 UNION ALL SELECT 'vip', id FROM customer WHERE vip",
    "SELECT concat('c-', id, '-', email), format('%s/%s', id, 'x') FROM customer WHERE id = 9",
    "SELECT id FROM orders WHERE (customer_id, status) IN ((1, 'open'), (2, 'done'))",
    "SELECT count(*) FROM customer WHERE born > current_date - interval '30 years'",
    "SELECT round(total * 1.19, 2) FROM orders WHERE id = 12",
    "SELECT EXISTS (SELECT 1 FROM orders WHERE customer_id = 5 AND status = 'open')",
    "SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id HAVING count(*) > 5 ORDER BY n DESC LIMIT 10",
    "SELECT DISTINCT ON (customer_id) customer_id, id FROM orders WHERE total > 800 ORDER BY customer_id, ordered_at DESC",
    "SELECT jsonb_path_query_first(doc, '$.size'), doc #>> '{color}' FROM product WHERE id = 5",
    "SELECT width_bucket(total, 0, 1000, 10) AS bucket, count(*) FROM orders GROUP BY 1",
    "SELECT string_agg(name, ', ' ORDER BY name) FROM product WHERE price = -1 OR price > 299",
    "SELECT id FROM orders WHERE ordered_at::date = '2024-03-05'",
    "SELECT id FROM customer WHERE lower(email) = lower('Mail7@example.org')",
    "SELECT substring(email from 1 for 3), position('@' in email) FROM customer WHERE left(email, 5) = 'mail7'",
    "UPDATE orders SET note = 'x' || id, total = total + 1 WHERE id = 5",
    "INSERT INTO category VALUES (1001, 7, 'new'), (1002, NULL, 'other') ON CONFLICT (id) DO UPDATE SET name = 'again'",
    "DELETE FROM item WHERE order_id = 4 AND quantity > 90",
    "SELECT extract(epoch FROM now() - ordered_at) / 3600 FROM orders WHERE extract(dow FROM ordered_at) = 1 LIMIT 5",
    "SELECT id FROM orders WHERE ordered_at > now() - interval '2' month AND ordered_at < now() - make_interval(days => 3)",
    "SELECT status, percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders WHERE id = ANY ('{1,2,3}') GROUP BY 1",
    "SELECT id FROM orders WHERE CASE status WHEN 'open' THEN 2 WHEN 'done' THEN 1 ELSE 0 END > 1 AND shipped_on + 7 > '2024-05-01'",
    "SELECT * FROM (SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY id) AS n FROM orders) s WHERE n <= 3",
    "SELECT o.id, l.total FROM customer o, LATERAL (SELECT total FROM orders WHERE customer_id = o.id ORDER BY id LIMIT 2) l "
    "WHERE o.country = 'de' AND o.id % 10 = 3",
    "SELECT id FROM product WHERE to_tsvector('english', name) @@ plainto_tsquery('english', 'product')",
    "SELECT jt.size FROM product, JSON_TABLE(doc, '$' COLUMNS (size integer PATH '$.size')) AS jt WHERE id = 4",
    "SELECT greatest(total, 10), least(5, id), nullif(note, ''), -1 * total FROM orders WHERE total <> -5 LIMIT 3",
    "SELECT g::date FROM generate_series('2024-01-01'::date, '2024-02-01', '1 week') g",
    "SELECT id, 1 AS source FROM orders WHERE id < 3 UNION ALL SELECT id, 2 FROM customer WHERE id < 3 ORDER BY source, id",
    "WITH RECURSIVE up AS (SELECT id, parent_id, ARRAY[id] AS path, '' AS label FROM category WHERE id = 77 UNION ALL "
    "SELECT c.id, c.parent_id, path || c.id, label || '/' || c.name FROM category c JOIN up ON c.id = up.parent_id) SELECT * FROM up",
    "SELECT country, CASE WHEN vip THEN 'yes' ELSE 'no' END, count(*) FROM customer GROUP BY country, "
    "CASE WHEN vip THEN 'yes' ELSE 'no' END",
    "SELECT DISTINCT left(email, 5) FROM customer WHERE id < 100 ORDER BY left(email, 5)",
    "SELECT id FROM orders WHERE now() - ordered_at > '400 days' AND note IS NOT NULL AND coalesce(note, '') <> 'x'",
    "SELECT count(*) FROM orders TABLESAMPLE system (10) WHERE status <> ALL (ARRAY['open', 'done'])",
    "SELECT sum(total) / nullif(count(*), 0), sum(0), max(ordered_at) - interval '1 day' FROM orders WHERE customer_id < 5",
    "SELECT time '10:00' < localtime, cast('7' AS integer), B'101', 1.5e3, E'\\n', NULL",
    "SELECT id FROM orders ORDER BY ordered_at DESC FETCH FIRST 3 ROWS WITH TIES",
)  # fmt: skip

_META = sa.MetaData()
_CUSTOMER = sa.Table("customer", _META, *(sa.Column(n, t) for n, t in (
    ("id", sa.Integer), ("email", sa.Text), ("country", sa.Text), ("vip", sa.Boolean), ("born", sa.Date),
)))  # fmt: skip
_ORDERS = sa.Table("orders", _META, *(sa.Column(n, t) for n, t in (
    ("id", sa.BigInteger), ("customer_id", sa.Integer), ("status", sa.Text), ("total", sa.Numeric),
    ("ordered_at", sa.DateTime(timezone=True)),
)))  # fmt: skip
_PRODUCT = sa.Table("product", _META, *(sa.Column(n, t) for n, t in (
    ("id", sa.Integer), ("name", sa.Text), ("price", sa.Numeric), ("tags", ARRAY(sa.Text)), ("doc", JSONB),
)))  # fmt: skip


def built() -> tuple[sa.Executable, ...]:
    """Statements of SQLAlchemy's, which sends their constants as parameters."""
    c, o, p = _CUSTOMER.c, _ORDERS.c, _PRODUCT.c
    recent = sa.select(o.customer_id, sa.func.max(o.ordered_at).label("last")).group_by(o.customer_id).subquery()
    return (
        sa.select(_ORDERS).where(o.customer_id == 7, o.status == "open").order_by(o.ordered_at.desc()).limit(10),
        sa.select(_CUSTOMER).where(c.email.ilike("%7@%")).limit(20).offset(40),
        sa.select(c.country, sa.func.count()).where(c.id.in_([1, 2, 3])).group_by(c.country),
        sa.select(sa.func.coalesce(sa.func.sum(o.total), 0)).where(o.customer_id == 9, o.total.between(5, 50)),
        sa.select(c.id, recent.c.last).join(recent, recent.c.customer_id == c.id).where(c.vip.is_(True), c.country == "at"),
        sa.select(p.id).where(p.tags.contains(["t3"]), p.price < 20),
        sa.select(p.id).where(p.doc["color"].astext == "c2"),
        sa.select(sa.case((o.total > 100, "big"), else_="small").label("size"), sa.func.count()).group_by(
            sa.text("size")
        ),
        sa.update(_ORDERS).where(o.id == 3).values(status="done"),
    )  # fmt: skip


def run(url: str, times: int = 3) -> None:
    """Send each statement some times; what they change is rolled back."""
    with psycopg.connect(url) as connection:
        for _ in range(times):
            for text in WRITTEN:
                if "JSON_TABLE" in text and connection.info.server_version < 170000:
                    continue
                connection.execute(text.encode())  # the simple protocol: constants stand in the text
        connection.rollback()

    def connected() -> Any:
        return psycopg.connect(url)

    engine = sa.create_engine("postgresql+psycopg://", creator=connected)
    with engine.connect() as session:
        for _ in range(times):
            for statement in built():
                session.execute(statement)
        session.rollback()
    engine.dispose()
