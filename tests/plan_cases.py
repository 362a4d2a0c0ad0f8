"""A schema with rows and queries whose plans have every kind of node, for tests that read and weigh real plans."""

from __future__ import annotations

SCHEMA = '''
CREATE TABLE customer (id integer PRIMARY KEY, name text NOT NULL, country text, code varchar(12));
CREATE TABLE orders (
    id integer PRIMARY KEY, customer integer NOT NULL REFERENCES customer, status text NOT NULL, total integer,
    at timestamptz NOT NULL, doc jsonb
);
CREATE TABLE line (orders integer NOT NULL REFERENCES orders ON DELETE CASCADE, n integer, item integer, price numeric);
CREATE TABLE event (at date NOT NULL, kind integer, note text) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2024-05-01');
CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2024-05-01') TO ('2024-09-01');
CREATE TABLE event_3 PARTITION OF event FOR VALUES FROM ('2024-09-01') TO ('2025-01-01');
CREATE TABLE "Odd Names" ("a:b" integer, "say ""hi""" text);
INSERT INTO customer SELECT g, 'name ' || g, 'c' || g % 20, 'k' || g FROM generate_series(1, 5000) g;
INSERT INTO orders SELECT g, g % 5000 + 1, CASE WHEN g % 200 = 0 THEN 'open' ELSE 'done' END, g % 1000,
    timestamptz '2024-01-01' + g * interval '1 minute', jsonb_build_object('kind', g % 300)
FROM generate_series(1, 60000) g;
INSERT INTO line SELECT g % 60000 + 1, g % 7, g % 900, g % 50 FROM generate_series(1, 150000) g;
INSERT INTO event SELECT date '2024-01-01' + g % 366, g % 40, 'n' || g FROM generate_series(0, 40000) g;
INSERT INTO "Odd Names" SELECT g, 'x' FROM generate_series(1, 10) g;
CREATE INDEX orders_customer ON orders (customer);
CREATE INDEX orders_at ON orders (at);
CREATE INDEX line_item ON line (item);
CREATE INDEX customer_country ON customer (country);
VACUUM ANALYZE;
'''

PARALLEL = (
    "SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; "
    "SET min_parallel_table_scan_size = 0; SET min_parallel_index_scan_size = 0"
)

# (settings, query): each runs after RESET ALL.
QUERIES: dict[str, tuple[str, str]] = {
    "seq scan": ("", "SELECT * FROM orders WHERE total = 7"),
    "index scan": ("", "SELECT * FROM orders WHERE id = 77"),
    "index only": ("", "SELECT id FROM orders WHERE id BETWEEN 100 AND 5000"),
    "bitmap": ("", "SELECT * FROM line WHERE item IN (4, 9) OR item = 17"),
    "hash join": ("", "SELECT c.country, count(*) FROM orders o JOIN customer c ON c.id = o.customer GROUP BY 1"),
    "merge join": (
        "SET enable_hashjoin = off; SET enable_nestloop = off",
        "SELECT count(*) FROM orders o JOIN line l ON l.orders = o.id",
    ),
    "nested loop": (
        "SET enable_hashjoin = off; SET enable_mergejoin = off",
        "SELECT c.name, o.id FROM customer c JOIN orders o ON o.customer = c.id WHERE c.country = 'c3'",
    ),
    "outer joins": ("", "SELECT * FROM customer c LEFT JOIN orders o ON o.customer = c.id AND o.total = 1 LIMIT 500"),
    "anti join": ("", "SELECT * FROM customer c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer = c.id)"),
    "sort to disk": ("SET work_mem = '64kB'", "SELECT * FROM orders ORDER BY doc, total DESC"),
    "top n": ("", "SELECT * FROM orders ORDER BY total DESC, status LIMIT 10"),
    "incremental sort": ("", "SELECT * FROM orders ORDER BY at, total LIMIT 5000"),
    "hash to disk": ("SET work_mem = '64kB'", "SELECT * FROM orders o JOIN line l ON l.orders = o.id"),
    "aggregate to disk": (
        "SET work_mem = '64kB'; SET enable_sort = off",
        "SELECT at, count(*) FROM orders GROUP BY at",
    ),
    "grouping sets": ("", "SELECT status, total, count(*) FROM orders GROUP BY ROLLUP (status, total)"),
    "window": ("", "SELECT id, rank() OVER (PARTITION BY customer ORDER BY total) FROM orders"),
    "cte": (
        "",
        "WITH big AS MATERIALIZED (SELECT * FROM orders WHERE total > 500) SELECT count(*) FROM big a JOIN big b "
        "ON a.id = b.id WHERE a.total > 990",
    ),
    "recursive": (
        "",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 2000) SELECT sum(n) FROM r",
    ),
    "init plan": ("", "SELECT * FROM orders WHERE total > (SELECT avg(price) * 30 FROM line)"),
    "init plan above": ("", "SELECT (SELECT max(price) FROM line), count(*) FROM orders"),
    "nested init plans": (
        "",
        "SELECT count(*) FROM orders WHERE total > (SELECT avg(price) FROM line WHERE item > (SELECT avg(total) FROM "
        "orders))",
    ),
    "sub plan": ("", "SELECT id, (SELECT count(*) FROM orders o WHERE o.customer = c.id) FROM customer c"),
    "hashed sub plan": ("", "SELECT * FROM customer WHERE id NOT IN (SELECT customer FROM orders WHERE total > 3)"),
    "plain not in": (
        "SET work_mem = '64kB'",
        "SELECT * FROM customer WHERE id < 40 AND id NOT IN (SELECT orders FROM line WHERE item > 10)",
    ),
    "exists or": (
        "",
        "SELECT count(*) FROM customer c WHERE country = 'c1' OR EXISTS (SELECT FROM orders o WHERE o.customer = c.id "
        "AND total = 5)",
    ),
    "set operation": ("", "SELECT customer FROM orders EXCEPT SELECT id FROM customer WHERE country = 'c1'"),
    "union": ("", "SELECT id FROM customer UNION SELECT customer FROM orders"),
    "partitions": ("", "SELECT kind, count(*) FROM event WHERE at < '2024-06-01' GROUP BY kind"),
    "functions": ("", "SELECT g, v FROM generate_series(1, 3000) g, LATERAL (VALUES (g), (g + 1)) w (v)"),
    "never executed": ("", "SELECT * FROM customer c JOIN orders o ON o.customer = c.id WHERE c.id = -5"),
    "odd names": ("", 'SELECT * FROM "Odd Names" WHERE "a:b" > 3 AND "say ""hi""" <> \'a (b): c\''),
    "line break": ("", "SELECT * FROM customer WHERE name = E'two\\nlines: (and more' OR country = 'c4'"),
    "insert": ("", "INSERT INTO line SELECT g, 1, 1, 1 FROM generate_series(1, 2000) g"),
    "delete with trigger": ("", "DELETE FROM orders WHERE id < 30"),
    "update": ("", "UPDATE orders SET total = total + 1 WHERE customer = 9"),
    "writing cte": (
        "",
        "WITH gone AS (DELETE FROM line WHERE item = 5 RETURNING orders), kept AS (UPDATE customer SET country = 'x' "
        "WHERE id < 50) SELECT count(*) FROM gone",
    ),
    "compiled": ("SET jit = on; SET jit_above_cost = 0", "SELECT sum(total) FROM orders"),
    "parallel scan": (PARALLEL, "SELECT count(*) FROM line WHERE price > 20"),
    "parallel hash": (PARALLEL, "SELECT count(*) FROM line l JOIN orders o ON o.id = l.orders WHERE o.total > 100"),
    "parallel merge": (PARALLEL, "SELECT * FROM line ORDER BY price, n"),
    "parallel append": (PARALLEL, "SELECT count(*) FROM event WHERE kind = 3"),
    "parallel loop": (
        PARALLEL + "; SET enable_hashjoin = off; SET enable_mergejoin = off",
        "SELECT count(l.price) FROM orders o JOIN line l ON l.item = o.total WHERE o.id < 800",
    ),
    "parallel init plan": (PARALLEL, "SELECT count(*) FROM line WHERE price > (SELECT avg(total) / 20 FROM orders)"),
    "parallel sub plan": (
        PARALLEL,
        "SELECT count(*) FROM line WHERE item NOT IN (SELECT id FROM customer WHERE country = 'c1')",
    ),
    "parallel groups": (PARALLEL, "SELECT item, sum(price) FROM line GROUP BY item ORDER BY item"),
    "memoize": (
        "SET enable_hashjoin = off; SET enable_mergejoin = off",
        "SELECT count(c.name) FROM line l JOIN customer c ON c.id = l.item",
    ),
    "tid": ("", "SELECT * FROM orders WHERE ctid = '(0,1)'"),
    "lock": ("", "SELECT * FROM orders WHERE customer = 5 FOR UPDATE"),
    "distinct": ("", "SELECT DISTINCT ON (customer) * FROM orders ORDER BY customer, at DESC"),
    "materialize": (
        "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_memoize = off",
        "SELECT count(*) FROM customer a JOIN (SELECT * FROM customer WHERE country = 'c1') b ON a.id % 250 = b.id",
    ),
    "cte twice in parallel": (
        PARALLEL,
        "WITH t AS MATERIALIZED (SELECT item, sum(price) AS s FROM line GROUP BY item) SELECT * FROM t a JOIN t b "
        "ON a.item = b.item WHERE b.s > (SELECT avg(s) FROM t)",
    ),
}
