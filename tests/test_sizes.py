"""The size model against indexes that PostgreSQL really built."""

from __future__ import annotations

import psycopg
import pytest

from dbarchitect.engines.postgres import twin as twins
from dbarchitect.engines.postgres.twin.size_model import zipf_tail
from dbarchitect.engines.postgres.twin.sizes import KeyGroup, btree, btree_heights
from dbarchitect.model.names import Name
from test_twin import snapshot_of

MADE = (
    """create table wide (
        id int not null, big bigint not null, few int not null, skewed int, word text not null, amount numeric(12, 2),
        day date not null, mostly_null int, flag boolean not null)""",
    """insert into wide
       select i, i::bigint * 7919, i % 50, case when i % 10 < 8 then 1 else i end, 'w' || md5(i::text),
              (i % 99991) / 7.0, date '2020-01-01' + i % 1499, case when i % 20 = 0 then i end, i % 3 = 0
       from generate_series(1, 300000) i""",
)
INDEXES = {
    "unique_int": ("unique index", "(id)", 0.01),
    "bigint": ("index", "(big)", 0.01),
    "few": ("index", "(few)", 0.03),
    "skewed": ("index", "(skewed)", 0.05),
    "word": ("index", "(word)", 0.03),
    "amount": ("index", "(amount)", 0.06),
    "day": ("index", "(day)", 0.03),
    "mostly_null": ("index", "(mostly_null)", 0.03),
    "boolean": ("index", "(flag)", 0.03),
    "two": ("index", "(few, day)", 0.10),
    "covering": ("index", "(day) include (amount)", 0.06),
    "partial": ("index", "(id) where flag", 0.05),
    "partial_null": ("index", "(mostly_null) where mostly_null is not null", 0.05),
    "filled": ("index", "(id) with (fillfactor = 60)", 0.01),
    "undeduplicated": ("index", "(few) with (deduplicate_items = off)", 0.01),
    "descending": ("index", "(day desc nulls last)", 0.03),
    "expression": ("index", "(upper(word))", 0.03),
}


@pytest.fixture(scope="module")
def compared(server):
    """(real pages, real rows, real height, the model's size) by index."""
    server.create_database("sizes")
    try:
        with psycopg.connect(server.url("sizes"), autocommit=True) as connection:
            for statement in MADE:
                connection.execute(statement)
            for name, (what, rest, _) in INDEXES.items():
                kind, _, _ = what.partition(" index")
                connection.execute(f"create {'unique ' if kind == 'unique' else ''}index {name} on wide {rest}")
            # All rows are in the sample: what is tested is the model, not the luck of ANALYZE.
            connection.execute("set default_statistics_target = 1000")
            connection.execute("vacuum analyze wide")
            connection.execute("create extension pageinspect")
            real = {
                name: connection.execute(
                    "select relpages, reltuples, (select fastlevel from bt_metap(%s)) from pg_class where relname = %s",
                    [name, name],
                ).fetchone()
                for name in INDEXES
            }
            twin = twins.build(server, snapshot_of(server, "sizes", connection), database="sizes twin")
        try:
            return {name: (*real[name], twin.size_of(Name(schema="public", name=name))) for name in INDEXES}
        finally:
            twin.close()
    finally:
        server.drop_database("sizes")


@pytest.mark.parametrize("name", INDEXES)
def test_the_model_is_near_what_was_built(name, compared):
    pages, rows, height, model = compared[name]
    assert model.pages == pytest.approx(pages, rel=INDEXES[name][2])
    assert model.rows == pytest.approx(rows, rel=0.03)
    assert model.height == height


def test_a_million_unique_integers_take_the_pages_that_everybody_knows():
    size = btree([KeyGroup(keys=1e6, rows_per_key=1, tuple_size=16)], deduplicate=True)
    assert (size.pages, size.height) == (2745, 2)


@pytest.mark.parametrize(
    ("pages", "heights"),
    [(1, (0, 0)), (2, (0, 0)), (3, (1, 1)), (280, (1, 1)), (290, (2, 1)), (2745, (2, 2)), (10**6, (3, 3))],
)
def test_heights_from_pages(pages, heights):
    assert btree_heights(pages, 16) == heights


@pytest.mark.parametrize(("steepness", "listed"), [(0.0, 100), (0.5, 100), (1.0, 200), (1.3, 100)])
def test_elements_that_are_not_listed_follow_those_that_are(steepness: float, listed: int) -> None:
    every = [rank**-steepness / 50 for rank in range(1, 5001)]
    assert zipf_tail(every[:listed], sum(every[listed:])) == pytest.approx(5000 - listed, rel=0.1)


def test_a_gin_holds_more_elements_than_the_statistics_list(server):
    server.create_database("elements")
    try:
        with psycopg.connect(server.url("elements"), autocommit=True) as connection:
            connection.execute("select setseed(0.5)")
            connection.execute("create table tagged (id int, tags text[])")
            connection.execute(
                "insert into tagged select g, (select array_agg('z' || floor(exp(random() * ln(20000)))::int) "
                "from generate_series(1, 4) x where g > 0) from generate_series(1, 40000) g"
            )
            connection.execute("create index tagged_tags on tagged using gin (tags)")
            connection.execute("vacuum analyze tagged")
            row = connection.execute("select relpages from pg_class where relname = 'tagged_tags'").fetchone()
            twin = twins.build(server, snapshot_of(server, "elements", connection), database="elements twin")
        try:
            size = twin.size_of(Name(schema="public", name="tagged_tags"))
        finally:
            twin.close()
    finally:
        server.drop_database("elements")
    assert row is not None
    assert size is not None
    assert size.pages == pytest.approx(row[0], rel=0.5)  # of the listed ones alone it would have a quarter of the pages
    assert size.entries > 5000
