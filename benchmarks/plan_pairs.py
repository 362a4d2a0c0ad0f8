"""Make the pairs of plans in tests/cases/plans that are ours: a query, its plan, a fix, its plan afterwards, each run
on a private server. The pairs from publications stand beside them and are not touched.

    python -m benchmarks.plan_pairs            # all
    python -m benchmarks.plan_pairs NAME ...   # some
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg

from dbarchitect.engines.postgres.server import private_server

CASES = Path(__file__).resolve().parents[1] / "tests" / "cases" / "plans"

SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE account (id integer PRIMARY KEY, email text NOT NULL, country text, city text, created date);
CREATE TABLE event (
    id integer PRIMARY KEY, account integer NOT NULL, kind text NOT NULL, at timestamptz NOT NULL, doc jsonb,
    note text, amount integer, closed_at timestamptz
);
CREATE TABLE item (id integer PRIMARY KEY, event integer NOT NULL REFERENCES event ON DELETE CASCADE, sku text,
    qty integer);
INSERT INTO account SELECT g, 'User' || g || '@Example.org', 'c' || g % 50, 'city' || g % 50,
    date '2020-01-01' + g % 900
FROM generate_series(1, 20000) g;
INSERT INTO event SELECT g, (g::bigint * 7919) % 20000 + 1, CASE WHEN g % 400 = 0 THEN 'open' ELSE 'k' || g % 5 END,
    timestamptz '2024-01-01' + g * interval '1 minute', jsonb_build_object('ref', 'r' || g % 9000, 'n', g % 7),
    md5(g::text) || ' ' || md5((g + 1)::text), (g::bigint * 104729) % 1000000,
    CASE WHEN g % 500 <> 0 THEN timestamptz '2024-06-01' END
FROM generate_series(1, 300000) g;
INSERT INTO item SELECT g, (g * 31) % 300000 + 1, 's' || g % 700, g % 9 FROM generate_series(1, 400000) g;
SET jit = off;
SET max_parallel_workers_per_gather = 0;
VACUUM ANALYZE;
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """`setup` comes before both plans; `after`: the query after the fix, where it is another."""

    name: str
    query: str
    fix: str
    kind: str
    expect: tuple[str, ...]
    after: str = ""
    setup: str = ""
    verbose: bool = False


PAIRS = (
    Pair(
        "made-newest-of-account",
        "SELECT * FROM event WHERE account = 77 ORDER BY at DESC LIMIT 10",
        "CREATE INDEX ON event (account, at DESC)",
        "index",
        ("seq-scan-filter",),
    ),
    Pair(
        "made-lower-email",
        "SELECT * FROM event e JOIN account a ON a.id = e.account WHERE lower(a.email) = 'user77@example.org'",
        "CREATE INDEX ON account (lower(email)); CREATE INDEX ON event (account)",
        "index",
        ("join-reads-all",),
    ),
    Pair(
        "made-upper-note",
        "SELECT id FROM event WHERE upper(note) = 'X'",
        "CREATE INDEX ON event (upper(note))",
        "index",
        ("func-on-column",),
    ),
    Pair(
        "made-day-of-event",
        "SELECT count(*) FROM event WHERE at::date = '2024-03-01'",
        "CREATE INDEX ON event (at); a range in place of the cast",
        "rewrite",
        ("func-on-column",),
        after="SELECT count(*) FROM event WHERE at >= '2024-03-01' AND at < '2024-03-02'",
    ),
    Pair(
        "made-numeric-parameter",
        "SELECT * FROM event WHERE id = 777.0",
        "the parameter as an integer",
        "rewrite",
        ("cast-defeats-index",),
        after="SELECT * FROM event WHERE id = 777",
    ),
    Pair(
        "made-text-inside",
        "SELECT id FROM event WHERE note LIKE '%abcdef12%'",
        "CREATE INDEX ON event USING gin (note gin_trgm_ops)",
        "index",
        ("leading-wildcard",),
    ),
    Pair(
        "made-json-field",
        "SELECT id FROM event WHERE doc ->> 'ref' = 'r77'",
        "CREATE INDEX ON event ((doc ->> 'ref'))",
        "index",
        ("json-arrow",),
    ),
    Pair(
        "made-json-contains",
        'SELECT id FROM event WHERE doc @> \'{"ref": "r77"}\'',
        "CREATE INDEX ON event USING gin (doc jsonb_path_ops)",
        "index",
        ("seq-scan-filter",),
    ),
    Pair(
        "made-items-of-event",
        "SELECT * FROM event e JOIN item i ON i.event = e.id WHERE e.id IN (7, 8, 9)",
        "CREATE INDEX ON item (event)",
        "index",
        ("join-reads-all",),
    ),
    Pair(
        "made-count-per-event",
        "SELECT e.id, (SELECT count(*) FROM item i WHERE i.event = e.id) FROM event e WHERE e.id <= 20",
        "CREATE INDEX ON item (event)",
        "index",
        ("nl-inner-seqscan",),
    ),
    Pair(
        "made-deep-page",
        "SELECT id, at FROM event ORDER BY id LIMIT 20 OFFSET 200000",
        "keyset: WHERE id > the last one seen",
        "rewrite",
        ("large-offset",),
        after="SELECT id, at FROM event WHERE id > 200000 ORDER BY id LIMIT 20",
    ),
    Pair(
        "made-sort-on-disk",
        "SELECT * FROM event ORDER BY note",
        "SET work_mem = '256MB'",
        "setting",
        ("sort-spill",),
    ),
    Pair(
        "made-hash-on-disk",
        "SELECT count(e.note) FROM item i JOIN event e ON e.id = i.event WHERE i.qty < 8",
        "SET work_mem = '128MB'",
        "setting",
        ("hash-spill",),
        setup="SET work_mem = '256kB'",
    ),
    Pair(
        "made-cascade",
        "DELETE FROM event WHERE id <= 20",
        "CREATE INDEX ON item (event)",
        "index",
        ("fk-trigger",),
    ),
    Pair(
        "made-not-in",
        "SELECT count(*) FROM account WHERE id < 300 AND id NOT IN (SELECT event FROM item)",
        "NOT EXISTS; CREATE INDEX ON item (event)",
        "rewrite",
        ("not-in-unhashed",),
        after="SELECT count(*) FROM account a WHERE id < 300 AND NOT EXISTS (SELECT FROM item WHERE event = a.id)",
        setup="SET work_mem = '64kB'",
    ),
    Pair(
        "made-or-of-two",
        "SELECT e.id FROM event e JOIN account a ON a.id = e.account "
        "WHERE a.email = 'User7@Example.org' OR e.amount = 5",
        "UNION of two queries; CREATE INDEX ON account (email); CREATE INDEX ON event (amount); "
        "CREATE INDEX ON event (account)",
        "rewrite",
        ("or-across-tables",),
        after="SELECT e.id FROM event e JOIN account a ON a.id = e.account WHERE a.email = 'User7@Example.org' UNION "
        "SELECT e.id FROM event e JOIN account a ON a.id = e.account WHERE e.amount = 5",
    ),
    Pair(
        "made-cte-fence",
        "WITH big AS MATERIALIZED (SELECT * FROM event) SELECT * FROM big WHERE id = 7",
        "NOT MATERIALIZED",
        "rewrite",
        ("cte-fence",),
        after="WITH big AS NOT MATERIALIZED (SELECT * FROM event) SELECT * FROM big WHERE id = 7",
    ),
    Pair(
        "made-subquery-per-row",
        "SELECT a.id, (SELECT sum(e.amount) FROM event e WHERE e.account = a.id) FROM account a",
        "a join on a grouped subquery",
        "rewrite",
        ("subplan-per-row",),
        after="SELECT a.id, e.s FROM account a "
        "LEFT JOIN (SELECT account, sum(amount) AS s FROM event GROUP BY account) e ON e.account = a.id",
        setup="CREATE INDEX ON event (account)",
    ),
    Pair(
        "made-heap-fetches",
        "SELECT count(*) FROM event WHERE amount < 300000",
        "VACUUM event",
        "vacuum",
        ("heap-fetches",),
        setup="CREATE INDEX ON event (amount); VACUUM event; UPDATE event SET note = note WHERE id % 3 = 0; "
        "ANALYZE event; SET enable_seqscan = off; SET enable_bitmapscan = off",
    ),
    Pair(
        "made-rare-status",
        "SELECT * FROM event WHERE kind = 'open' AND amount > 500000",
        "CREATE INDEX ON event (amount) WHERE kind = 'open'",
        "index",
        ("seq-scan-filter",),
    ),
    Pair(
        "made-not-closed",
        "SELECT * FROM event WHERE closed_at IS NULL",
        "CREATE INDEX ON event (id) WHERE closed_at IS NULL",
        "index",
        ("seq-scan-filter",),
    ),
    Pair(
        "made-walk-for-order",
        "SELECT * FROM event WHERE account = 77 ORDER BY id LIMIT 12",
        "CREATE INDEX ON event (account, id)",
        "index",
        ("wrong-index-order-by",),
        setup="SET enable_seqscan = off; SET enable_sort = off",
    ),
    Pair(
        "made-narrow-index",
        "SELECT * FROM event WHERE kind = 'k3' AND amount = 104729",
        "CREATE INDEX ON event (kind, amount)",
        "index",
        ("index-filter",),
        setup="CREATE INDEX ON event (kind); SET enable_seqscan = off",
    ),
    Pair(
        "made-window-of-time",
        "SELECT sum(amount) FROM event WHERE at BETWEEN '2024-02-01' AND '2024-02-02'",
        "CREATE INDEX ON event (at)",
        "index",
        ("seq-scan-filter",),
    ),
    Pair(
        "made-dearest",
        "SELECT id, amount FROM event ORDER BY amount DESC LIMIT 10",
        "CREATE INDEX ON event (amount DESC)",
        "index",
        ("sort-for-topn",),
    ),
    Pair(
        "made-dearest-with-account",
        "SELECT e.id, a.email FROM event e JOIN account a ON a.id = e.account ORDER BY e.amount DESC LIMIT 10",
        "CREATE INDEX ON event (amount DESC)",
        "index",
        ("sort-for-topn",),
    ),
    Pair(
        "made-latest",
        "SELECT max(at) FROM event",
        "CREATE INDEX ON event (at)",
        "index",
        ("extreme-without-index",),
        verbose=True,
    ),
    Pair(
        "made-correlated",
        "SELECT count(i.sku) FROM account a JOIN event e ON e.account = a.id JOIN item i ON i.event = e.id "
        "WHERE a.country = 'c7' AND a.city = 'city7' AND i.qty > 3",
        "CREATE STATISTICS (dependencies, mcv) ON country, city FROM account; ANALYZE account",
        "statistics",
        ("nl-misestimate",),
        setup="CREATE INDEX ON event (account); CREATE INDEX ON item (event)",
    ),
    Pair("made-all-by-kind", "SELECT kind, count(*), avg(amount) FROM event GROUP BY kind", "", "nothing", ()),
    Pair(
        "made-join-of-all",
        "SELECT a.country, count(*) FROM event e JOIN account a ON a.id = e.account GROUP BY a.country",
        "",
        "nothing",
        (),
    ),
    Pair(
        "made-one-account",
        "SELECT a.email, e.at FROM account a JOIN event e ON e.account = a.id WHERE a.id = 77 "
        "ORDER BY e.at DESC LIMIT 5",
        "",
        "nothing",
        (),
        setup="CREATE INDEX ON event (account, at DESC)",
    ),
    Pair("made-most-of-it", "SELECT * FROM event WHERE amount > 200000", "", "nothing", ()),
    Pair("made-small-table", "SELECT * FROM account WHERE city = 'city3' AND country = 'c3'", "", "nothing", ()),
    Pair(
        "made-exists",
        "SELECT count(*) FROM account a "
        "WHERE EXISTS (SELECT FROM event e WHERE e.account = a.id AND e.amount > 900000)",
        "",
        "nothing",
        (),
    ),
)


def main(names: list[str]) -> None:
    """Run the pairs and write their folders."""
    with private_server() as server:
        server.create_database("pairs_template")
        with psycopg.connect(server.url("pairs_template"), autocommit=True) as connection:
            for statement in SCHEMA.split(";\n"):
                if statement.strip():
                    connection.execute(statement.encode())
        for pair in PAIRS:
            if names and pair.name not in names:
                continue
            server.create_database(pair.name)
            server.drop_database(pair.name)
            server.copy_database("pairs_template", pair.name)
            with psycopg.connect(server.url(pair.name), autocommit=True) as connection:
                run(connection, pair)
            server.drop_database(pair.name)


def run(connection: psycopg.Connection, pair: Pair) -> None:
    """Write the plans before and after."""
    folder = CASES / pair.name
    folder.mkdir(parents=True, exist_ok=True)
    version = connection.info.server_version
    connection.execute("SET jit = off")
    connection.execute("SET max_parallel_workers_per_gather = 0")
    for statement in pair.setup.split("; "):
        if statement:
            connection.execute(statement.encode())
    (folder / "before.txt").write_text(explained(connection, pair.query, verbose=pair.verbose))
    for statement in pair.fix.split("; "):
        if statement.startswith(("CREATE", "SET", "VACUUM", "ANALYZE")):
            connection.execute(statement.encode())
    if pair.fix:
        connection.execute("ANALYZE")
        query = pair.after or pair.query
        (folder / "after.txt").write_text(explained(connection, query, verbose=pair.verbose))
    expect = ", ".join(f'"{one}"' for one in pair.expect)
    fix = (pair.fix or "none: it needs none").replace("\\", "\\\\").replace('"', '\\"')
    (folder / "source.toml").write_text(
        f'address = "benchmarks/plan_pairs.py"\nserver = "PostgreSQL {version // 10000}.{version % 10000}"\n'
        f'query = """{pair.query}"""\nfix = "{fix}"\nkind = "{pair.kind}"\nexpect = [{expect}]\nmade = true\n'
    )


def explained(connection: psycopg.Connection, query: str, *, verbose: bool) -> str:
    """The faster plan of two runs."""
    options = "ANALYZE, BUFFERS" + (", VERBOSE" if verbose else "")
    best: tuple[float, str] | None = None
    for _ in range(2):
        with connection.transaction(force_rollback=True):
            rows = connection.execute(f"EXPLAIN ({options}) {query}".encode()).fetchall()
        text = "\n".join(row[0] for row in rows) + "\n"
        took = float(text.rpartition("Execution Time: ")[2].split()[0])
        if best is None or took < best[0]:
            best = took, text
    assert best is not None
    return best[1]


if __name__ == "__main__":
    main(sys.argv[1:])
