"""Normalised queries: their repairs, the types of their parameters, the values that statistics make likely."""

# ruff: noqa: E501 (SQL reads better unbroken)
from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import psycopg
import pytest

import counted_application as application
import postgres_servers
from dbarchitect.engines.postgres import twin as twins
from dbarchitect.engines.postgres.explain import explain
from dbarchitect.engines.postgres.parameters import plannable
from dbarchitect.engines.postgres.server import private_server
from dbarchitect.engines.postgres.statements import counted_workload
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.errors import InputError
from dbarchitect.index.candidates import Limits
from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.query import Query, Workload
from dbarchitect.prove.advise import AdviceOptions, advise
from dbarchitect.prove.measure import measure
from dbarchitect.prove.parameters import filled
from dbarchitect.prove.typical import between, bound, looked_up, several, spread
from dbarchitect.prove.whatif import WhatIf
from dbarchitect.sources import Workshop, open_source
from dbarchitect.sql.parameters import place_before, respelled, settings_of, unsquashed, with_types


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELECT now() - interval $1", "SELECT now() - CAST($1 AS interval)"),
        ("SELECT interval $1 day to second", "SELECT CAST($1 AS interval day to second)"),
        ("SELECT date $1, timestamp with time zone $2", "SELECT CAST($1 AS date), CAST($2 AS timestamp with time zone)"),
        ("SELECT timestamp(3) $1, double precision $2", "SELECT CAST($1 AS timestamp ( 3 )), CAST($2 AS double precision)"),
        ("SELECT public.mood $1", "SELECT CAST($1 AS public . mood)"),
        ("SELECT extract($1 FROM at) FROM t", "SELECT pg_catalog.extract($1 , at) FROM t"),
        ("SELECT at AT TIME ZONE $1 FROM t LIMIT $2", "SELECT at AT TIME ZONE $1 FROM t LIMIT $2"),
        ("SELECT 'date $1' FROM t WHERE a = $1", "SELECT 'date $1' FROM t WHERE a = $1"),
        ("SELECT a /* interval $9 */ FROM é WHERE b = date $1", "SELECT a /* interval $9 */ FROM é WHERE b = CAST($1 AS date)"),
    ],
)  # fmt: skip
def test_what_only_a_constant_may_stand_in_is_spelt_for_parameters(sql: str, wanted: str) -> None:
    assert respelled(sql).sql == wanted


def test_a_repeated_expression_has_the_constants_of_the_one_that_the_server_kept():
    found = respelled(
        "SELECT date_trunc($1, at), count(*) FROM t WHERE a = $2 GROUP BY date_trunc('day', at) ORDER BY date_trunc($3, at)"
    )
    assert found.sql == (
        "SELECT date_trunc('day', at), count(*) FROM t WHERE a = $1 "
        "GROUP BY date_trunc('day', at) ORDER BY date_trunc('day', at)"
    )
    assert found.numbers == (2,)
    other = respelled("SELECT a + $1 FROM t GROUP BY a + -2")
    assert other.sql == "SELECT a + (-2) FROM t GROUP BY a + -2"
    union = respelled(
        "SELECT left(a, $1) FROM t GROUP BY left(a, 3) UNION SELECT left(a, $2) FROM t GROUP BY left(a, 4)"
    )
    assert (
        union.sql == "SELECT left(a, 3) FROM t GROUP BY left(a, 3) UNION SELECT left(a, 4) FROM t GROUP BY left(a, 4)"
    )


def test_another_expression_keeps_its_parameters():
    sql = "SELECT date_trunc($1, created), count(*) FROM t WHERE date_trunc($2, at) > $3 GROUP BY date_trunc('day', at), 1"
    assert respelled(sql).sql == sql  # WHERE is computed before rows are grouped: it need not be the same


def test_lists_of_unknown_length():
    found = unsquashed("SELECT * FROM t WHERE a IN ($1 /*, ... */) AND b = $2", 3)
    assert found.sql == "SELECT * FROM t WHERE a IN ($1, $3, $4) AND b = $2"
    assert found.numbers == (1, 2, 1, 1)
    assert unsquashed("SELECT $1 /* a note */", 3).sql == "SELECT $1 /* a note */"


def test_what_says_what_a_function_does_is_no_data():
    assert settings_of("SELECT date_trunc($1, a), to_char(a AT TIME ZONE $2, $3), left(b, $4) FROM t") == {
        1: "day", 2: "UTC", 3: "YYYY-MM-DD",
    }  # fmt: skip


def test_types_as_casts():
    sql = "SELECT $1, 'é', $10, x"
    text = with_types(sql, {10: "text", 1: "date"})
    assert text == "SELECT $1::date, 'é', $10::text, x"
    for one in ("$1", "'é'", ", x"):
        assert place_before(sql, {10: "text", 1: "date"}, text.index(one)) == sql.index(one)


# --- values -------------------------------------------------------------------------------------------------------------

STATUS = ColumnStatistics(
    column="status", n_distinct=3, most_common_values="{done,cancelled,open}",
    most_common_frequencies=(0.89, 0.1, 0.01),
)  # fmt: skip
NUMBER = ColumnStatistics(
    column="n", n_distinct=-1, histogram_bounds="{" + ",".join(map(str, range(0, 1001, 10))) + "}"
)


def test_a_skewed_column_is_asked_for_common_middling_and_rare_values():
    found = looked_up(spread(STATUS, 1000), share=None)
    assert [(one.value, round(one.weight, 2)) for one in found] == [("done", 0.33), ("cancelled", 0.33), ("open", 0.33)]


def test_the_rows_that_a_query_gives_say_which_value_it_asks_for():
    assert [one.value for one in looked_up(spread(STATUS, 1000), share=0.012)] == ["open"]
    assert [one.value for one in looked_up(spread(STATUS, 1000), share=0.7)] == ["done"]


def test_values_of_a_column_without_common_ones():
    known = spread(NUMBER, 1000)
    assert [one.value for one in looked_up(known, share=None)] == ["500"]
    assert several(known, 3) == ["250", "500", "750"]
    assert bound(known, 1 / 3, above=True) == "670"
    assert bound(known, 0.1, above=False) == "100"
    assert between(known, None) == ("490", "500")
    assert between(known, 0.5) == ("250", "750")


def test_an_even_column_has_one_value_and_an_unknown_one_none():
    even = ColumnStatistics(
        column="c", n_distinct=4, most_common_values="{a,b,c,d}", most_common_frequencies=(0.3, 0.25, 0.25, 0.2)
    )
    assert [one.value for one in looked_up(spread(even, 100), share=None)] == ["c"]
    assert looked_up(spread(ColumnStatistics(column="x"), 100), share=None) == []


# --- a workload that a server has counted -------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[15, 18])
def counted(request: pytest.FixtureRequest) -> Iterator[tuple[Twin, Workload, psycopg.Connection]]:
    """(a twin of the application's database, what the application was counted to ask, the source)."""
    binaries = postgres_servers.binaries(request.param)
    cache = postgres_servers.test_cache()
    settings = {"shared_preload_libraries": "pg_stat_statements"}
    with private_server(binaries, cache=cache, settings=settings) as home:
        home.create_database("counted")
        with psycopg.connect(home.url("counted"), autocommit=True) as admin:
            admin.execute(application.SCHEMA.encode())
            admin.execute("CREATE EXTENSION pg_stat_statements; SELECT pg_stat_statements_reset()")
            application.run(home.url("counted"))
            every = counted_workload(admin)
            known = ("pg_", "set_config")  # what the drivers ask the catalogue
            queries = tuple(one for one in every.queries if not any(word in one.sql for word in known))
            workshop = Workshop(pg_bin=binaries.bin, cache=cache)
            try:
                taken = open_source(home.url("counted"), workshop).snapshot(now=datetime(2026, 1, 1, tzinfo=UTC))
                twin = twins.build(workshop.server, taken)
                yield twin, Workload(queries=queries), admin
                twin.close()
            finally:
                workshop.close()


def test_a_counted_workload_can_be_planned(counted: tuple[Twin, Workload, psycopg.Connection]) -> None:
    twin, workload, admin = counted
    raw = mended = valued = with_parameters = 0
    for query in workload.queries:
        with_parameters += "$" in query.sql
        try:
            explain(admin, query.sql)
            raw += 1
        except InputError:
            pass
        forms = filled(twin, query)
        mended += 1
        valued += bool(forms[0].parameters)
        assert round(sum(one.weight for one in forms), 6) == 1
    assert mended == len(workload.queries)
    assert raw < 0.75 * mended
    assert valued > 0.6 * with_parameters


def test_values_come_from_the_columns_that_they_are_compared_with(
    counted: tuple[Twin, Workload, psycopg.Connection],
) -> None:
    twin = counted[0]

    def parameters(sql: str, calls: float = 1.0, rows: float | None = None) -> list[tuple[str, ...]]:
        return [one.parameters for one in filled(twin, Query(id="q", sql=sql, calls=calls, rows=rows))]

    ((email, total),) = parameters(
        "SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer_id WHERE c.email = $1 AND o.total >= $2"
    )
    assert email.startswith("'mail")
    assert 500 < float(total.strip("'")) < 700
    assert {one[0] for one in parameters("SELECT id FROM orders WHERE status = $1")} == {
        "'done'", "'cancelled'", "'open'",
    }  # fmt: skip
    assert parameters("SELECT id FROM orders WHERE status = $1", 10, 6000) == [("'open'",)]
    ((limit, offset),) = parameters("SELECT id FROM orders ORDER BY id LIMIT $1 OFFSET $2", 10, 70)
    assert (limit, offset) == ("'7'", "'0'")
    ((moment,),) = parameters("SELECT id FROM orders WHERE ordered_at > now() - $1::interval")
    assert moment.startswith("(now()) - '2024-")
    ((pattern,),) = parameters("SELECT id FROM customer WHERE email LIKE $1")
    assert pattern.startswith("'%")
    ((prefix,),) = parameters("SELECT id FROM customer WHERE email LIKE $1 || '%'")
    assert prefix == "'mail'"
    ((tag,),) = parameters("SELECT id FROM product WHERE $1 = ANY (tags)")
    assert tag[1] in "tu"


def test_what_an_expression_is_made_with_gets_no_value(counted: tuple[Twin, Workload, psycopg.Connection]) -> None:
    """An index would be advised on `doc ->> 'x'`, which nobody asks for."""
    twin = counted[0]
    for sql in (
        "SELECT id FROM product WHERE doc ->> $1 = $2",
        "SELECT id FROM orders WHERE date_trunc($1, ordered_at) = $2",
    ):
        (form,) = filled(twin, Query(id="q", sql=sql, calls=1))
        assert form.parameters == ()
        assert twin.explain(form.sql).cost > 0


def test_values_of_the_workload_go_first(counted: tuple[Twin, Workload, psycopg.Connection]) -> None:
    twin = counted[0]
    sql = "SELECT date_trunc($1, ordered_at) FROM orders WHERE ordered_at > now() - interval $2 GROUP BY date_trunc('day', ordered_at)"
    (form,) = filled(twin, Query(id="q", sql=sql, calls=1, parameters=("'day'", "'3 years'")))
    assert form.parameters == ("'3 years'",)
    with pytest.raises(InputError, match="values for parameters"):
        filled(twin, Query(id="q", sql=sql, calls=1, parameters=("'day'",)))


def test_why_a_query_cannot_be_planned_is_said(counted: tuple[Twin, Workload, psycopg.Connection]) -> None:
    twin = counted[0]
    for sql, words in (
        ("SELECT * FROM nowhere WHERE a = $1", 'relation "nowhere" does not exist'),
        ("SELECT id FROM orders WHERE customer_id = $1 GROUP BY status", "must appear in the GROUP BY clause"),
        ("SELECT id FROM orders WHERE id + doc = $1", 'column "doc" does not exist'),
        ("SELECT id FROM orders WHERE $1 $2", "syntax error"),
    ):
        with pytest.raises(InputError, match=words):
            filled(twin, Query(id="q", sql=sql, calls=1))


def test_types_are_asked_of_the_server(counted: tuple[Twin, Workload, psycopg.Connection]) -> None:
    admin = counted[2]
    found = plannable(
        admin, "SELECT sum(CASE WHEN status = $1 THEN $2 ELSE $3 END) FROM orders WHERE shipped_on > current_date - $4"
    )
    assert found.types == ("text", "integer", "integer", "integer")
    assert found.repairs == tuple(f"${number} is taken to be of type integer" for number in (2, 3, 4))
    assert not admin.execute("SELECT 1 FROM pg_prepared_statements").fetchall()


def test_a_value_makes_no_partial_index(counted: tuple[Twin, Workload, psycopg.Connection]) -> None:
    twin = counted[0]

    def predicates(sql: str) -> set[str | None]:
        with ExitStack() as stack:
            workload = Workload(queries=(Query(id="q", sql=sql, calls=1),))
            found = WhatIf(twin, workload, limits=Limits(), budget=None, stack=stack, progress=lambda _: None)
            assert found.forms[0].parameters
            return {one.predicate for one in found.indexes}

    assert predicates("SELECT email FROM customer WHERE vip = $1 AND country = $2") == {None}
    assert predicates("SELECT email FROM customer WHERE vip AND country = $1") == {None, "vip"}
    assert predicates("SELECT id FROM orders WHERE status = $1 AND note IS NULL") == {None, "note IS NULL"}


def test_advice_on_a_counted_workload(counted: tuple[Twin, Workload, psycopg.Connection]) -> None:
    twin, workload, admin = counted
    advice = advise(twin, workload, AdviceOptions())
    assert not [gap for gap in advice.left_out if gap.kind == "workload"]
    keys = {one.index.keys[0].column for one in advice.create}
    assert "customer_id" in keys
    # A filled-in value is no constant of the application's.
    assert not [one.sql for one in advice.create if "WHERE" in one.sql and "=" in one.sql.split("WHERE")[1]]
    by_sql = [one for one in advice.queries if "interval $2 LIMIT $3" in one.sql]
    assert {one.parameters[0] for one in by_sql} == {"'done'", "'cancelled'", "'open'"}
    assert all("CAST($2 AS interval)" in one.planned and "orders.status" in one.values for one in by_sql)
    assert any("have $n without values" in note for note in advice.notes)
    measured = measure(admin, advice, runs=1)
    timed = [one for one in measured.queries if one.parameters and not one.source.startswith("foreign key")]
    assert sum(one.before_ms is not None for one in timed) > 0.9 * len(timed)
