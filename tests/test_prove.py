"""Experiments on private copies: what they say, and that they leave nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from dbarchitect.engines.postgres.dump import dump_schema
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import find_binaries
from dbarchitect.engines.postgres.twin import take
from dbarchitect.errors import InputError
from dbarchitect.model.change import AddIndex, Change, DropIndex
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.proof import Accepted, Experiment, Proof, Refused, SamePlans, Shown, TimedWithout
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index, IndexKey
from dbarchitect.prove.demonstrate import demonstrate
from dbarchitect.prove.workbench import Workbench

TABLE = Name(schema="public", name="t")
ON_B = Index(name=Name(schema="public", name="t_b"), table=TABLE, keys=(IndexKey(column="b"),))
ON_C = Index(name=Name(schema="public", name="t_c"), table=TABLE, keys=(IndexKey(column="c"),))
NOWHERE = Index(name=Name(schema="public", name="t_d"), table=TABLE, keys=(IndexKey(column="no_such_column"),))


@pytest.fixture
def bench(database, server) -> Iterator[Workbench]:
    source = database("create table t (a int primary key, b int, c int)", "create index t_b on t (b)")
    pg_dump = find_binaries().pg_dump
    assert pg_dump is not None
    with server.connect(source.name) as connection:
        schema = inspect(connection, facts=False)
        script, _ = dump_schema(pg_dump, connection)
    snapshot = take(schema, script, source="test", now=datetime(2026, 1, 1, tzinfo=UTC))
    with closing(Workbench(server, snapshot, rows={"t": 60_000})) as made:
        yield made
    for name in ("blank", "empty", "lab", "twin"):
        server.drop_database(name)


def proved(bench: Workbench, experiment: Experiment, workload: Workload | None = None) -> Proof:
    at = ObjectRef(kind="table", schema="public", name="t")
    finding = Finding(rule="r", severity=Severity.INFO, at=at, message="m", experiment=experiment)
    return demonstrate(finding, bench, workload=workload, rerun="dba check x")


def workload(*queries: str) -> Workload:
    return Workload(queries=tuple(Query(id=query, sql=query, calls=5) for query in queries))


def test_what_is_accepted_and_refused(bench):
    twice = ("insert into t values (1, 1, 1)", "insert into t values (1, 2, 2)")
    accepted = proved(bench, Accepted(script=twice[:1], shows="a row"))
    assert (accepted.level, accepted.holds) == ("rehearsed", True)
    contrary = proved(bench, Accepted(script=twice, shows="two rows"))
    assert (contrary.level, contrary.holds) == ("rehearsed", False)
    assert "duplicate key" in str(contrary.after["server"])
    assert proved(bench, Refused(script=twice, shows="the second")).holds is True
    assert proved(bench, Refused(script=twice[:1], shows="a row")).holds is False
    broken = proved(bench, Refused(script=("insert into nothing values (1)", *twice), shows="never"))
    assert (broken.level, broken.holds) == ("asserted", None)
    assert bench.empty().execute("select count(*) from public.t").fetchone() == (0,)


def test_what_a_query_shows(bench):
    shown = proved(bench, Shown(query="select 1 = 1, 7 as seven", shows="arithmetic"))
    assert (shown.level, shown.holds, shown.after) == ("rehearsed", True, {"seven": 7})
    assert proved(bench, Shown(query="select 1 = 2", shows="no")).holds is False
    assert proved(bench, Shown(query="select * from nothing", shows="x")).level == "asserted"


def test_a_statement_timed_without_and_with_an_index(bench):
    change: tuple[Change, ...] = (AddIndex(index=ON_C),)
    proof = proved(bench, TimedWithout(sql="delete from public.t where c = -1", change=change))
    assert (proof.level, proof.holds) == ("measured", True)
    owner, _ = bench.lab()
    assert owner.execute("select to_regclass('public.t_c')").fetchone() == (None,)
    assert owner.execute("select count(*) from public.t").fetchone() == (60_000,)


def test_what_was_changed_before_a_failure_is_undone(bench):
    changes: tuple[Change, ...] = (AddIndex(index=ON_C), AddIndex(index=NOWHERE))
    proof = proved(bench, TimedWithout(sql="delete from public.t where c = -1", change=changes))
    assert (proof.level, proof.holds) == ("asserted", None)
    assert "no_such_column" in proof.method
    owner, _ = bench.lab()
    assert owner.execute("select to_regclass('public.t_c')").fetchone() == (None,)


def test_plans_without_an_index(bench):
    drop: tuple[Change, ...] = (DropIndex(index=ON_B),)
    asked = workload("select * from t where a = 3")
    assert proved(bench, SamePlans(change=drop), asked).holds is True
    needed = proved(bench, SamePlans(change=drop), workload("select max(b) from t"))
    assert (needed.level, needed.holds) == ("planned", False)
    assert needed.after["worst_factor"] > 1
    # Typical look-ups stand in where no workload is given, and only there.
    typical = SamePlans(change=drop, sql=("select max(b) from t",))
    assert proved(bench, typical).holds is False
    assert proved(bench, typical, asked).holds is True
    nothing = proved(bench, SamePlans(change=drop))
    assert (nothing.level, nothing.holds) == ("asserted", None)


def test_rows_of_a_table_that_is_not_there(bench, server):
    snapshot = bench.with_facts()
    with pytest.raises(InputError, match="there is no table nowhere"):
        Workbench(server, snapshot, rows={"nowhere": 5})
    assert bench.lab_report is not None
    assert bench.lab_report.rows == 60_000
