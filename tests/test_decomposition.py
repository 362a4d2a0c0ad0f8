"""Tables that are taken apart with their rows, on a real server: nothing is lost, and all comes back."""

from __future__ import annotations

import random

import msgspec
import psycopg
import pytest

from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.model.change import Change
from dbarchitect.model.facts import DeclaredDependency, Facts
from dbarchitect.review import review

ORDERS = """
CREATE TABLE order_lines (
    order_id int NOT NULL,
    product_id int NOT NULL,
    product_name text NOT NULL DEFAULT '?',
    category text NOT NULL,
    category_label text,
    quantity int NOT NULL,
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX ON order_lines (category, product_name);
INSERT INTO order_lines
SELECT o, p, 'product ' || p, 'c' || p % 3, nullif('label ' || p % 3, 'label 2'), o + p
FROM generate_series(1, 40) o, generate_series(1, 10) p WHERE (o * p) % 4 <> 0;
"""


def declared(table: str, *pairs: tuple[str, str]) -> Facts:
    found = tuple(
        DeclaredDependency(table=table, left=tuple(left.split()), right=tuple(right.split())) for left, right in pairs
    )
    return Facts(origin="declared", dependencies={table: found})


def the_finding(connection: psycopg.Connection, facts: Facts):
    schema = msgspec.structs.replace(inspect(connection, facts=False), facts=facts)
    findings, _ = review(schema, select=["normal-form-violated"])
    return findings


def run(connection: psycopg.Connection, changes: tuple[Change, ...]) -> None:
    with connection.transaction():
        for change in changes:
            for statement in ddl(change, version=connection.info.server_version):
                connection.execute(statement)


def back(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    undo = [change.reverse() for change in reversed(changes)]
    assert None not in undo
    return tuple(one for one in undo if one is not None)


CHAIN = declared("public.order_lines", ("product_id", "product_name category"), ("category", "category_label"))
COLUMNS = "order_id, product_id, product_name, category, category_label, quantity"


def test_rows_move_to_the_new_tables_and_back(database):
    connection = database(ORDERS).connection
    before = connection.execute(f"SELECT {COLUMNS} FROM order_lines ORDER BY 1, 2").fetchall()
    structure = inspect(connection, facts=False).tables[0]
    (finding,) = the_finding(connection, CHAIN)
    assert finding.facts["normal_form"] == "2NF"
    assert finding.facts["lossless"] is True
    assert connection.execute(finding.offenders).fetchall() == []
    run(connection, finding.fix)
    tables = {table.name.name: [c.name for c in table.columns] for table in inspect(connection, facts=False).tables}
    assert tables == {
        "order_lines": ["order_id", "product_id", "quantity"],
        "products": ["product_id", "product_name", "category"],
        "categories": ["category", "category_label"],
    }
    joined = f"SELECT {COLUMNS} FROM order_lines JOIN products USING (product_id) JOIN categories USING (category)"
    assert connection.execute(f"{joined} ORDER BY 1, 2").fetchall() == before
    assert connection.execute("SELECT count(*) FROM products").fetchone() == (8,)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("INSERT INTO order_lines VALUES (99, 99, 1)")
    assert the_finding(connection, CHAIN) == ()
    run(connection, back(finding.fix))
    assert connection.execute(f"SELECT {COLUMNS} FROM order_lines ORDER BY 1, 2").fetchall() == before
    again = inspect(connection, facts=False).tables
    assert len(again) == 1
    assert {(c.name, c.type, c.not_null, c.default) for c in again[0].columns} == {
        (c.name, c.type, c.not_null, c.default) for c in structure.columns
    }
    assert {index.name for index in again[0].indexes} == {index.name for index in structure.indexes}


def test_a_row_that_contradicts_stops_it_and_is_named(database):
    connection = database(ORDERS).connection
    connection.execute("UPDATE order_lines SET product_name = 'other' WHERE (order_id, product_id) = (7, 3)")
    before = connection.execute(f"SELECT {COLUMNS} FROM order_lines ORDER BY 1, 2").fetchall()
    (finding,) = the_finding(connection, CHAIN)
    assert connection.execute(finding.offenders).fetchall() == [("product_id", "(3)", 30)]
    with pytest.raises(psycopg.errors.UniqueViolation):
        run(connection, finding.fix)
    assert connection.execute(f"SELECT {COLUMNS} FROM order_lines ORDER BY 1, 2").fetchall() == before


def test_columns_that_determine_each_other_are_one_table(database):
    connection = database(
        "CREATE TABLE stays (id int PRIMARY KEY, iso char(2) NOT NULL, land text NOT NULL, currency text, nights int);"
        "INSERT INTO stays SELECT n, 'L' || n % 5, 'land ' || n % 5, 'cur' || n % 5, n FROM generate_series(1, 50) n"
    ).connection
    facts = declared("public.stays", ("iso", "land currency"), ("land", "iso"))
    before = connection.execute("SELECT id, iso, land, currency, nights FROM stays ORDER BY 1").fetchall()
    (finding,) = the_finding(connection, facts)
    run(connection, finding.fix)
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO isos VALUES ('XX', 'land 1', NULL)")
    run(connection, back(finding.fix))
    assert connection.execute("SELECT id, iso, land, currency, nights FROM stays ORDER BY 1").fetchall() == before


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("ALTER TABLE order_lines ALTER category DROP NOT NULL", "category may be NULL"),
        ("CREATE VIEW v AS SELECT category_label FROM order_lines", "view v is on category_label"),
        ("ALTER TABLE order_lines ADD CHECK (category <> '')", "constraint order_lines_category_check"),
        ("ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY", "row-level security"),
        ("CREATE UNIQUE INDEX u ON order_lines (category, order_id, product_id)", "index u is on the columns"),
        ("CREATE INDEX e ON order_lines (lower(category))", "index e is on category"),
        ("CREATE ROLE clerk_nf; GRANT SELECT (category) ON order_lines TO clerk_nf", "privileges are granted"),
        ("ALTER TABLE order_lines ALTER category_label TYPE json USING 'null'", "cannot be compared"),
    ],
)
def test_no_change_is_offered_where_something_hangs_on_the_columns(more, reason, database):
    connection = database(ORDERS).connection
    try:
        connection.execute(more)
        (finding,) = the_finding(connection, CHAIN)
        assert finding.fix == ()
        assert reason in finding.message
    finally:
        if "ROLE" in more:
            connection.execute("DROP OWNED BY clerk_nf; DROP ROLE clerk_nf")


@pytest.mark.parametrize("seed", range(12))
def test_random_tables_come_back_whole(seed, database):
    """Tables of random dependencies, filled with rows that obey them, taken apart, joined and put together again."""
    dice = random.Random(seed)
    names = ["a", "b", "c", "d", "e", "f"]
    pairs = []
    for _ in range(dice.randrange(1, 4)):
        left = dice.sample(names, dice.choice([1, 1, 2]))
        right = [name for name in dice.sample(names, dice.randrange(1, 3)) if name not in left]
        if right:
            pairs.append((left, right))
    rows = [{name: dice.randrange(4) for name in names} for _ in range(60)]
    changed = True
    while changed:  # as the chase does: what contradicts an earlier row is made to agree, downwards, so it ends
        changed = False
        for left, right in pairs:
            for name in right:
                least: dict[tuple[int, ...], int] = {}
                for row in rows:
                    key = tuple(row[one] for one in left)
                    least[key] = min(least.get(key, row[name]), row[name])
                for row in rows:
                    value = least[tuple(row[one] for one in left)]
                    changed = changed or row[name] != value
                    row[name] = value
    connection = database(
        f"CREATE TABLE t (id int PRIMARY KEY, {', '.join(f'{name} int NOT NULL' for name in names)})"
    ).connection
    for number, row in enumerate(rows):
        connection.execute(f"INSERT INTO t VALUES ({number}, {', '.join(str(row[name]) for name in names)})")
    columns = f"id, {', '.join(names)}"
    before = connection.execute(f"SELECT {columns} FROM t ORDER BY 1").fetchall()
    facts = declared("public.t", *((" ".join(left), " ".join(right)) for left, right in pairs))
    for finding in the_finding(connection, facts):
        if "spread over two" in finding.message or finding.facts["normal_form"] == "BCNF":
            assert not finding.fix
            continue
        assert finding.fix, finding.message
        run(connection, finding.fix)
        tables = [table for table in inspect(connection, facts=False).tables if table.name.name != "t"]
        assert tables
        joined = "t"
        waiting = list(tables)
        have = {c.name for c in next(t for t in inspect(connection, facts=False).tables if t.name.name == "t").columns}
        while waiting:
            ready = next(one for one in waiting if one.primary_key and set(one.primary_key.columns) <= have)
            shared = [c.name for c in ready.columns if c.name in have]
            joined += f" JOIN {ready.name} USING ({', '.join(shared)})"
            have |= {c.name for c in ready.columns}
            waiting.remove(ready)
        assert connection.execute(f"SELECT {columns} FROM {joined} ORDER BY 1").fetchall() == before
        assert the_finding(connection, facts) == ()
        run(connection, back(finding.fix))
        assert connection.execute(f"SELECT {columns} FROM t ORDER BY 1").fetchall() == before
