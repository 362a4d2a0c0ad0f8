"""Experiments on private copies: what they say, and that they leave nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest

import postgres_servers
from benches import working
from dbarchitect.engines.postgres.dump import dump_schema
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import find_binaries, private_server
from dbarchitect.engines.postgres.server.host import OWNER
from dbarchitect.engines.postgres.twin import take
from dbarchitect.errors import InputError
from dbarchitect.model.change import AddIndex, Change, DropIndex
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.proof import Accepted, Experiment, Proof, Refused, SamePlans, Shown, TimedWithout
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index, IndexKey
from dbarchitect.prove.demonstrate import demonstrate
from dbarchitect.prove.ownership import speak_for_all
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
    with working(server, snapshot, rows={"t": 60_000}) as made:
        yield made


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


def test_an_experiment_acts_as_the_roles_that_the_source_names(database, server):
    source = database(
        with_role("stranger"),
        with_role("other"),
        "create table t (a int primary key)",
        "create table mine (a int primary key)",
        "alter table mine enable row level security",
        "create policy few on mine to stranger using (a > 1)",
        "create function f() returns int language sql security definer as 'select 1'",
        "revoke all on function f() from public",
        "grant select on t, mine to stranger",
        "grant select (a) on t to other",
    )
    pg_dump = find_binaries().pg_dump
    assert pg_dump is not None
    with server.connect(source.name) as connection:
        schema = inspect(connection, facts=False)
        script, _ = dump_schema(pg_dump, connection)
    snapshot = take(schema, script, source="test", now=datetime(2026, 1, 1, tzinfo=UTC))
    with (
        private_server(cache=postgres_servers.test_cache()) as fresh,  # where these roles are not anybody's yet
        closing(Workbench(fresh, snapshot)) as bench,
    ):
        act = "set local role stranger"
        rows = ("insert into mine values (1), (2)", act)
        seen = proved(
            bench, Shown(setup=rows, query="select count(*) = 1, current_user::text as role from mine", shows="x")
        )
        assert (seen.level, seen.holds, seen.after) == ("rehearsed", True, {"role": "stranger"})
        assert "set local role stranger;" in seen.script
        assert proved(bench, Shown(setup=(act,), query="select true from t", shows="x")).holds is None  # no row
        assert proved(bench, Accepted(script=(act, "select count(*) from t"), shows="x")).holds is True
        refused = proved(bench, Accepted(script=(act, "insert into t values (1)"), shows="x"))
        assert (refused.level, refused.holds) == ("asserted", None)
        assert "permission denied" in refused.method
        callable_ = "select not has_function_privilege('stranger', 'f()', 'execute')"
        assert proved(bench, Shown(query=callable_, shows="x")).holds is True
        assert bench.empty().execute("select current_user = session_user").fetchone() == (True,)
        superuser = proved(bench, Shown(setup=("set local role postgres",), query="select true", shows="x"))
        assert (superuser.level, superuser.holds) == ("asserted", None)


def test_what_the_owner_alone_may_do(database, server):
    source = database(
        "create table team (id int primary key, parent int references team, name text not null)",
        "create function more() returns trigger language plpgsql as "
        "$$begin execute format('create table team_%s (like team)', new.id); return new; end$$",
        "create trigger more after insert on team for each row execute function more()",
    )
    pg_dump = find_binaries().pg_dump
    assert pg_dump is not None
    with server.connect(source.name) as connection:
        schema = inspect(connection, facts=False)
        script, _ = dump_schema(pg_dump, connection)
    snapshot = take(schema, script, source="test", now=datetime(2026, 1, 1, tzinfo=UTC))
    with working(server, snapshot, rows={"team": 20_000}) as bench:
        row = "insert into team values (2147000001, null, 'a')"
        found = proved(bench, Accepted(script=(row, "select to_regclass('team_2147000001')::text as made"), shows="x"))
        assert (found.method, found.holds, found.after.get("made")) == ("x", True, "team_2147000001"), found.after
        orphan = "insert into team values (2147000001, 5, 'a')"  # foreign keys act as ever
        assert proved(bench, Accepted(script=(row.replace("01,", "02,"), orphan), shows="x")).holds is False
        refused = proved(bench, Refused(script=(row, "alter table team add constraint c check (id < 5)"), shows="x"))
        assert refused.holds is True
        index = Index(
            name=Name(schema="public", name="team_parent"),
            table=Name(schema="public", name="team"),
            keys=(IndexKey(column="parent"),),
        )
        delete = TimedWithout(
            setup=(row,), sql="delete from team where id = 2147000001", change=(AddIndex(index=index),)
        )
        assert proved(bench, delete).level == "measured"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # the right is lent for one experiment
            bench.empty().execute("create table another (a int)")


def test_a_role_of_the_user_is_not_lent(database, server):
    source = database(with_role("stranger"), "create table t (a int primary key)", "grant select on t to stranger")
    pg_dump = find_binaries().pg_dump
    assert pg_dump is not None
    with server.connect(source.name) as connection:
        schema = inspect(connection, facts=False)
        script, _ = dump_schema(pg_dump, connection)
    snapshot = take(schema, script, source="test", now=datetime(2026, 1, 1, tzinfo=UTC))
    with working(server, snapshot) as bench:
        tried = proved(bench, Shown(setup=("set local role stranger",), query="select true", shows="x"))
        assert (tried.level, tried.holds) == ("asserted", None)
        assert "permission denied" in tried.method


def with_role(role: str) -> str:
    found = f"select from pg_roles where rolname = '{role}'"
    return f"do $$ begin if not exists ({found}) then create role {role}; end if; end $$"


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


def test_rights_are_lent_where_plans_were_run_before(database, server):
    speak_for_all(server, "postgres", server.ordinary_role(OWNER))  # as a plan that changes what others own does
    source = database("create table t (a int primary key)")
    pg_dump = find_binaries().pg_dump
    assert pg_dump is not None
    with server.connect(source.name) as connection:
        schema = inspect(connection, facts=False)
        script, _ = dump_schema(pg_dump, connection)
    snapshot = take(schema, script, source="test", now=datetime(2026, 1, 1, tzinfo=UTC))
    with working(server, snapshot) as bench:
        changed = proved(bench, Accepted(script=("alter table t add b int",), shows="x"))
        assert changed.holds is True, changed
