"""A query improved on the twin: what gains and was not refuted is shown, and says what was tested."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest

from benches import working
from dbarchitect.engines.postgres.server.host import owner_session
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.errors import InputError
from dbarchitect.model.rewrite import Rewritten
from dbarchitect.model.value import from_json, to_json
from dbarchitect.prove import rewriting
from dbarchitect.prove.equivalence import Effort, equivalent
from dbarchitect.prove.rewriting import RewriteOptions, improve
from dbarchitect.query.rewrite import Offer, rewrites
from dbarchitect.render import Screen
from dbarchitect.render.console import printed
from dbarchitect.render.rewrite import rewrite_parts
from dbarchitect.sources import Workshop, open_source

SHOP = """
CREATE TABLE customer (id integer PRIMARY KEY, email text, country text NOT NULL);
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer integer NOT NULL REFERENCES customer, status text NOT NULL, at timestamptz NOT NULL,
    note text
);
CREATE TABLE entry (id bigint PRIMARY KEY, kind integer NOT NULL, at timestamptz NOT NULL);
CREATE TABLE branch (id integer PRIMARY KEY, city text);
CREATE TABLE visit (
    id bigint PRIMARY KEY, branch integer NOT NULL REFERENCES branch, at timestamptz NOT NULL, who text
);
CREATE INDEX ON orders (at);
CREATE INDEX ON orders (status);
INSERT INTO customer SELECT g, 'mail' || g, 'c' || g % 20 FROM generate_series(1, 5000) g;
INSERT INTO orders SELECT g, g % 5000 + 1, CASE WHEN g % 500 = 0 THEN 'open' ELSE 'done' END,
    timestamptz '2024-01-01 00:00+00' + g * interval '5 minutes', md5(g::text) FROM generate_series(1, 50000) g;
INSERT INTO entry SELECT g, g % 20, timestamptz '2024-01-01 00:00+00' + g * interval '5 minutes'
FROM generate_series(1, 50000) g;
INSERT INTO branch SELECT g, 'city' || g FROM generate_series(1, 25) g;
INSERT INTO visit SELECT g, g % 20 + 1, timestamptz '2024-01-01 00:00+00' + g * interval '5 minutes', md5(g::text)
FROM generate_series(1, 50000) g;
ANALYZE;
"""
QUICK = RewriteOptions(test=Effort(databases=90, rerun="dba again"))


@dataclass
class Shop:
    twin: Twin
    empty: psycopg.Connection
    rows: psycopg.Connection

    def improve(self, sql: str, options: RewriteOptions = QUICK, *, timed: bool = False, **more: object):
        return improve(self.twin, self.empty, sql, options=options, rows=self.rows if timed else None, **more)


@pytest.fixture(scope="module")
def shop(server) -> Iterator[Shop]:
    for name in ("rewriting shop", "rewriting empty"):
        server.drop_database(name)
    server.create_database("rewriting shop")
    with psycopg.connect(server.url("rewriting shop"), autocommit=True) as connection:
        connection.execute(SHOP)
    workshop = Workshop()
    try:
        snapshot = open_source(server.url("rewriting shop"), workshop).snapshot(now=datetime(2026, 1, 1, tzinfo=UTC))
    finally:
        workshop.close()
    with working(server, snapshot) as bench:
        twin = bench.twin()
        bench.copy("rewriting empty")
        rows = psycopg.connect(server.url("rewriting shop"), autocommit=True)
        with closing(owner_session(server, "rewriting empty")) as empty, closing(rows):
            yield Shop(twin, empty, rows)
    for name in ("rewriting shop", "rewriting empty"):
        server.drop_database(name)


def test_what_gains_is_shown_with_its_proof(shop: Shop):
    (found,) = shop.improve("SELECT id\nFROM orders\nWHERE date_trunc('day', at) = '2024-03-10'", timed=True)
    assert found.sql == "SELECT id\nFROM orders\nWHERE at >= '2024-03-10' AND at < '2024-03-11'"
    assert found.rule == "calendar-to-range"
    assert found.gain is not None
    assert found.gain > 2
    assert found.after.blocks is not None
    assert found.before.blocks is not None
    assert found.after.blocks < found.before.blocks
    assert found.proof.level == "measured"
    assert found.proof.holds
    assert found.proof.after["databases"] == 90
    assert found.proof.rerun == "dba again"


def test_what_does_not_gain_is_reported_only_where_it_is_asked_for(shop: Shop):
    query = "SELECT status, count(*) FROM orders GROUP BY status HAVING status = 'open'"  # the planner does it itself
    assert shop.improve(query) == ()
    every = shop.improve(query, RewriteOptions(test=QUICK.test, every=True))
    assert [one.rule for one in every] == ["having-to-where"]


def test_two_rewrites_make_one_form(shop: Shop):
    best = shop.improve(
        "SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer WHERE o.at::date >= '2024-06-20'"
    )
    assert best[0].rule == "calendar-to-range + drop-fk-join"
    assert best[0].sql == "SELECT o.id FROM orders o WHERE o.at >= '2024-06-20'"


def test_a_refuted_form_is_never_shown(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    rule = rewrites()[0]
    careless = Offer("SELECT id FROM orders WHERE at BETWEEN '2024-03-10' AND '2024-03-10 23:59:59'", "it seems so")
    monkeypatch.setattr(rewriting, "offers", lambda sql, schema: iter([(rule, careless)]))
    query = "SELECT id FROM orders WHERE at::date = '2024-03-10'"
    everything = RewriteOptions(test=Effort(databases=1000), every=True)
    assert shop.improve(query, everything) == ()
    found = equivalent(shop.empty, shop.twin.schema, query, careless.sql, options=Effort(databases=1000))
    assert found.holds is False
    assert found.why == "they give different rows"
    assert found.counterexample is not None
    assert "INSERT INTO public.orders" in found.counterexample.script
    assert found.counterexample.candidate.rows == ()


def test_one_that_changes_the_meaning_says_so_and_comes_last(shop: Shop):
    (found,) = shop.improve("SELECT count(*) FROM orders")
    assert found.caution
    assert found.equivalence is None
    assert found.proof.level == "planned"
    assert "the meaning changes: it counts no further than 1,001" in shown([found])
    assert shop.improve("SELECT count(*) FROM orders", RewriteOptions(test=QUICK.test, changing=False)) == ()


@pytest.mark.parametrize(("wanted", "number"), [("x.id, x.at", False), ("x.id, x.rn", True)])
def test_the_first_of_each_group_come_with_their_index(shop: Shop, wanted: str, number: bool):
    query = f"""SELECT {wanted} FROM (
        SELECT v.*, row_number() OVER (PARTITION BY v.branch ORDER BY v.at DESC, v.id DESC) AS rn FROM visit v
    ) x WHERE x.rn <= 10"""
    (found,) = shop.improve(query, timed=True)
    assert found.rule == "topn-to-lateral"
    assert "FROM branch each_group CROSS JOIN LATERAL (" in found.sql
    assert ("row_number()" in found.sql) is number
    (index,) = found.indexes
    assert "(branch, at, id)" in index
    assert found.proof.holds
    # 20 searches of 10 rows beside 50,000 rows that are numbered, both with the index
    assert found.before.planned is not None
    assert found.after.planned is not None
    assert found.before.planned > 10 * found.after.planned
    assert found.before.blocks is not None
    assert found.after.blocks is not None
    assert found.before.blocks > 2 * found.after.blocks
    assert f"{index};\n   both figures are with this index\n" in shown([found])


def test_groups_without_a_parent_are_read_from_the_table_itself(shop: Shop):
    query = """SELECT x.id FROM (
        SELECT e.id, row_number() OVER (PARTITION BY e.kind ORDER BY e.at, e.id) AS rn FROM entry e
    ) x WHERE x.rn <= 10"""
    (found,) = shop.improve(query, timed=True)
    assert "FROM (SELECT DISTINCT e.kind FROM entry e) each_group CROSS JOIN LATERAL (" in found.sql
    assert [one for one in found.indexes if "(kind, at, id)" in one]
    assert found.before.planned is not None
    assert found.after.planned is not None
    assert found.before.planned > 2 * found.after.planned


def test_the_first_of_short_groups_are_left_to_the_window(shop: Shop):
    query = """SELECT x.id FROM (
        SELECT o.id, row_number() OVER (PARTITION BY o.customer ORDER BY o.at, o.id) AS rn FROM orders o
    ) x WHERE x.rn <= 10"""  # of 10 rows each: it would read them all
    assert [one for one in shop.improve(query) if one.rule == "topn-to-lateral"] == []


def test_the_page(shop: Shop):
    found = shop.improve("SELECT id\nFROM orders\nWHERE date_trunc('day', at) = '2024-03-10'")
    assert shown(found).splitlines()[1:] == [
        "    SELECT id",
        "    FROM orders",
        "   -WHERE date_trunc('day', at) = '2024-03-10'",
        "   +WHERE at >= '2024-03-10' AND at < '2024-03-11'",
        "   why: the range is the same days of the calendar",
        *[line for line in shown(found).splitlines() if "no difference on 90 small databases" in line],
    ]
    assert from_json(Rewritten, to_json(found[0])) == found[0]
    assert shown([]) == "no other form of this query is known to cost less\n"


def test_parameters_are_varied(shop: Shop):
    (found,) = shop.improve("SELECT id FROM orders WHERE at::date = $1", parameters=["'2024-03-10'"])
    assert found.sql == "SELECT id FROM orders WHERE at >= $1::date AND at < $1::date + 1"
    wrong = "SELECT id FROM orders WHERE at >= $1::date AND at <= $1::date + 1"
    original = "SELECT id FROM orders WHERE at::date = $1"
    refuted = equivalent(shop.empty, shop.twin.schema, original, wrong, parameters=["'1999-01-01'"])
    assert refuted.holds is False
    assert refuted.counterexample is not None
    assert refuted.counterexample.parameters != ("'1999-01-01'",)


def test_what_cannot_be_tested_says_why(shop: Shop):
    def compared(original: str, candidate: str):
        return equivalent(shop.empty, shop.twin.schema, original, candidate)

    other_columns = compared("SELECT id FROM orders", "SELECT id AS number FROM orders")
    assert (other_columns.holds, other_columns.why) == (
        False,
        "the columns of the two differ in their number, names or types",
    )
    assert compared("SELECT id FROM orders", "SELECT nothing FROM orders").holds is False
    never = compared("SELECT id FROM orders WHERE false", "SELECT id FROM orders WHERE id < id")
    assert never.holds is None
    assert "gave rows on 0 of" in never.why
    assert compared("SELECT relname FROM pg_class", "SELECT relname FROM pg_class").why == "it reads the catalogue"
    with pytest.raises(InputError, match="only a SELECT"):
        compared("DELETE FROM orders", "DELETE FROM orders")
    with pytest.raises(InputError, match="the server refuses this query"):
        compared("SELECT nothing FROM orders", "SELECT id FROM orders")


def test_nothing_is_left_behind(shop: Shop):
    before = shop.empty.execute("SELECT current_setting('statement_timeout'), current_setting('TimeZone')").fetchone()
    shop.improve("SELECT DISTINCT o.id FROM orders o WHERE o.at::date = '2024-03-10'")
    after = shop.empty.execute("SELECT current_setting('statement_timeout'), current_setting('TimeZone')").fetchone()
    assert before == after
    assert shop.empty.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    assert shop.empty.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


def test_the_same_seed_gives_the_same_counterexample(shop: Shop):
    pair = ("SELECT DISTINCT country FROM customer", "SELECT country FROM customer")
    first, second = (equivalent(shop.empty, shop.twin.schema, *pair, options=Effort(seed=7)) for _ in range(2))
    assert first.counterexample == second.counterexample
    assert first.counterexample is not None
    assert len(first.counterexample.tables[0].rows) == 2


def shown(found) -> str:
    return printed(rewrite_parts(found), Screen(width=120, color=False))
