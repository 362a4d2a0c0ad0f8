"""Statistics that the planner lacks, found and tried on rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from conftest import Database
from dbarchitect.model.advice import IndexAdvice, QueryVerdict
from dbarchitect.prove.measure import measure

SCHEMA = (
    "CREATE TABLE place (id integer PRIMARY KEY, town integer, country integer, name text, code text)",
    # The town says which country it is; of a name nobody knows how often its upper case comes.
    "INSERT INTO place SELECT g, g % 100, (g % 100) / 5, 'n' || g % 3, CASE WHEN g % 2 = 0 THEN 'a' ELSE 'b' || g END "
    "FROM generate_series(1, 60000) g",
    "CREATE TABLE plain (id integer PRIMARY KEY, a integer, b integer)",
    "INSERT INTO plain SELECT g, g % 100, (g / 100) % 100 FROM generate_series(1, 60000) g",
    "ANALYZE",
)


@pytest.fixture
def place(database: Callable[..., Database]) -> Iterator[psycopg.Connection[Any]]:
    app = database(*SCHEMA)
    with psycopg.connect(app.server.url(app.name), autocommit=True) as connection:
        yield connection


def told(connection: psycopg.Connection[Any], *queries: str) -> IndexAdvice:
    verdicts = tuple(QueryVerdict(id=sql, sql=sql, calls=1, before=1, after=1) for sql in queries)
    return measure(connection, IndexAdvice(queries=verdicts), statistics=True, runs=1)


def test_columns_that_go_together_get_statistics_of_both(place: psycopg.Connection[Any]) -> None:
    (advice,) = told(place, "SELECT count(*) FROM place WHERE town BETWEEN 40 AND 59 AND country BETWEEN 8 AND 11",
                     "SELECT count(*) FROM place WHERE town = 42 AND country = 8").statistics  # fmt: skip
    assert advice.sql[0].endswith("(dependencies, mcv) ON country, town FROM public.place")
    assert advice.query == 2
    assert advice.estimated_before <= 60
    assert advice.actual == 600
    assert 300 <= advice.estimated_after <= 1200
    assert place.execute("SELECT count(*) FROM pg_statistic_ext").fetchone() == (0,)  # it was undone


def test_groups_and_expressions(place: psycopg.Connection[Any]) -> None:
    groups = told(place, "SELECT town, country FROM place GROUP BY town, country").statistics
    assert ["(ndistinct)" in one.sql[0] for one in groups] == [True]
    assert groups[0].estimated_before >= 1500
    assert groups[0].actual == 100
    (expression,) = told(place, "SELECT id FROM place WHERE upper(code) = 'A'").statistics
    assert "ON (upper(code)) FROM public.place" in expression.sql[0]
    assert expression.actual == 30000
    assert 15000 <= expression.estimated_after <= 60000


def test_where_estimates_are_good_nothing_is_advised(place: psycopg.Connection[Any]) -> None:
    assert told(place, "SELECT * FROM plain WHERE a = 5 AND b = 7", "SELECT a, b FROM plain GROUP BY a, b",
                "SELECT * FROM place WHERE id = 7", "SELECT * FROM place WHERE town < 50 AND name = 'n1'",
                ).statistics == ()  # fmt: skip


def test_what_statistics_cannot_mend_is_not_advised(place: psycopg.Connection[Any]) -> None:
    # Which rows a function keeps no statistics tell.
    assert told(place, "SELECT id FROM place WHERE (id * 7) % 3 = (town + id) % 2").statistics == ()


def test_without_rows_of_the_source_nothing_is_said_of_statistics(place: psycopg.Connection[Any]) -> None:
    verdict = QueryVerdict(
        id="q", sql="SELECT * FROM place WHERE town = 42 AND country = 8", calls=1, before=1, after=1
    )
    assert measure(place, IndexAdvice(queries=(verdict,)), runs=1).statistics == ()
