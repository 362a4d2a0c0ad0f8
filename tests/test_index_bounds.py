"""Index advice on workloads that nobody chose: nothing becomes dearer, no bound is passed, the steps run as written."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

import postgres_servers
from conftest import Database
from dbarchitect import api
from dbarchitect.api.index import IndexOptions, index, write_indexes
from dbarchitect.cli import run
from dbarchitect.engines.postgres import twin as twins
from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.server import private_server
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.errors import InputError
from dbarchitect.index.upkeep import counted_writes
from dbarchitect.model.advice import IndexAdvice
from dbarchitect.model.change import AddIndex
from dbarchitect.model.facts import Facts, TableFacts
from dbarchitect.model.names import Name
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Relational, Table
from dbarchitect.prove import whatif
from dbarchitect.prove.advise import AdviceOptions, advise
from dbarchitect.render.curve import draw_curve, knee
from dbarchitect.sources import Workshop, open_source

OPTIONS = api.CheckOptions(cache=postgres_servers.test_cache(), now=datetime(2026, 1, 1, tzinfo=UTC))

SCHEMA = (
    "CREATE TABLE person (id integer PRIMARY KEY, town text, born date, email text)",
    "CREATE TABLE visit (id bigint PRIMARY KEY, person integer NOT NULL REFERENCES person, kind text, at timestamp, "
    "paid numeric, note text)",
    "INSERT INTO person SELECT g, 'town ' || g % 50, date '1950-01-01' + g % 20000, g || '@x.org' "
    "FROM generate_series(1, 20000) g",
    "INSERT INTO visit SELECT g, g % 20000 + 1, CASE WHEN g % 100 = 0 THEN 'rare' ELSE 'usual' END, "
    "timestamp '2025-01-01' + g * interval '5 minutes', g % 777, CASE WHEN g % 50 = 0 THEN NULL ELSE md5(g::text) END "
    "FROM generate_series(1, 80000) g",
    "ANALYZE",
)


def twin_of(app: Database, name: str) -> Twin:
    workshop = Workshop()
    try:
        taken = open_source(app.server.url(app.name), workshop).snapshot(now=datetime(2026, 1, 1, tzinfo=UTC))
    finally:
        workshop.close()
    return twins.build(app.server, taken, database=name)


@pytest.fixture
def clinic(database: Callable[..., Database]) -> Iterator[Twin]:
    twin = twin_of(database(*SCHEMA), "bounds twin")
    yield twin
    twin.close()


def some_query(chance: random.Random) -> str:
    """One query of the clinic, of any of the forms that advice is about."""
    value = chance.randrange(20000)
    conditions = [
        f"v.person = {value}", f"v.paid > {value % 777}", "v.note IS NULL", "v.kind = 'rare'", "v.kind <> 'usual'",
        f"v.at >= timestamp '2025-01-01' + {value} * interval '1 hour'", f"v.id IN ({value}, {value + 1})",
        f"lower(v.note) = '{value}'", f"v.person BETWEEN {value} AND {value + chance.randrange(3000)}",
        f"p.town = 'town {value % 50}'", f"p.email = '{value}@x.org'", "p.born < date '1960-01-01'",
    ]  # fmt: skip
    chosen = chance.sample(conditions, chance.randint(1, 3))
    joined = any("p." in one for one in chosen)
    source = "visit v JOIN person p ON p.id = v.person" if joined else "visit v"
    output = chance.choice(["v.id", "count(*)", "max(v.at)", "v.paid, v.kind", "v.*"])
    sql = f"SELECT {output} FROM {source} WHERE {chance.choice([' AND ', ' OR ']).join(chosen)}"
    if "(" not in output and chance.random() < 0.5:
        sql += f" ORDER BY {chance.choice(['v.at DESC', 'v.paid', 'v.person, v.at'])} LIMIT {chance.randint(1, 50)}"
    return sql


def some_write(chance: random.Random) -> str:
    value = chance.randrange(20000)
    return chance.choice(
        [
            f"UPDATE visit SET paid = paid + 1 WHERE id = {value}",
            f"DELETE FROM person WHERE id = {value}",
            f"INSERT INTO visit VALUES ({value + 10**6}, {value + 1}, 'usual', now(), 1, NULL)",
            f"UPDATE person SET town = 'x' WHERE email = '{value}@x.org'",
        ]
    )


@pytest.mark.parametrize("seed", range(6))
def test_no_query_of_any_workload_becomes_dearer_and_bounds_are_kept(clinic: Twin, seed: int) -> None:
    chance = random.Random(seed)
    texts = [some_query(chance) for _ in range(10)] + [some_write(chance) for _ in range(3)]
    queries = tuple(
        Query(id=f"q{n}", sql=sql, calls=float(10 ** chance.randint(0, 4)))
        for n, sql in enumerate(dict.fromkeys(texts))
    )
    budget, most = chance.choice([None, 1 << 19, 2 << 20, 6 << 20]), chance.choice([None, 1, 3])
    advice = advise(clinic, Workload(queries=queries), AdviceOptions(budget=budget, most=most))
    assert budget is None or advice.bytes <= budget
    assert most is None or len(advice.create) <= most
    assert advice.bytes == sum(one.bytes for one in advice.create)
    # Not by what the advice says of itself: the set, made anew on the twin, what goes hidden, every query planned.
    before = {one.id: clinic.explain(one.sql).cost for one in queries}
    made = [AddIndex(index=one.index) for one in advice.create]
    with clinic.supposing(made), clinic.only([], [one.index.name for one in advice.drop]):
        after = {one.id: clinic.explain(one.sql).cost for one in queries}
    assert {name: cost for name, cost in after.items() if cost > before[name] * 1.001} == {}
    said = {one.id: one.after for one in advice.queries if one.id in after}
    assert said == pytest.approx(after)


def test_several_twins_side_by_side_give_the_same_advice(
    clinic: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    chance = random.Random(7)
    workload = Workload(queries=tuple(Query(id=f"q{n}", sql=some_query(chance), calls=9.0) for n in range(12)))
    alone = advise(clinic, workload, AdviceOptions())
    more = [twins.build(clinic.server, clinic.snapshot, database=f"side {n}") for n in range(2)]
    monkeypatch.setattr(whatif, "_SIDE_BY_SIDE", 2)
    try:
        together = advise(clinic, workload, AdviceOptions(), more=lambda: more)
        asked = [one.explain("SELECT 1").cost for one in more]  # they are still of use
    finally:
        for one in more:
            one.close()
    assert asked == [0.01, 0.01]
    assert alone.create
    assert (together.create, together.drop, together.queries, together.questions) == (
        alone.create, alone.drop, alone.queries, alone.questions,
    )  # fmt: skip


def test_a_query_that_no_index_can_help_is_told_what_is_in_the_way(clinic: Twin) -> None:
    sql = ("SELECT id FROM visit WHERE note LIKE '%abc%'", "SELECT id FROM visit WHERE kind = 'usual'")
    found = advise(clinic, Workload(queries=tuple(Query(id=one, sql=one, calls=1.0) for one in sql)), AdviceOptions())
    assert found.create == ()
    blocks = [one.blocks for one in found.queries]
    assert "%" in blocks[0]
    assert blocks[1] == ""


def test_costs_are_fitted_before_they_are_believed(database: Callable[..., Database], tmp_path: Path) -> None:
    app = database(
        "CREATE TABLE visit (id bigint PRIMARY KEY, person integer NOT NULL, paid integer NOT NULL, note text)",
        "INSERT INTO visit SELECT g, hashint4(g), g % 5000, repeat('x', 60) FROM generate_series(1, 120000) g",
        "VACUUM ANALYZE visit",
    )
    url = app.server.url(app.name)
    (tmp_path / "w.sql").write_text("-- calls: 100\nSELECT note FROM visit WHERE paid = 7;")
    options = IndexOptions(
        workload=tmp_path / "w.sql", measure=True, fit_costs=True, copy=url, cache=postgres_servers.test_cache()
    )  # fmt: skip
    found = index(url, options)
    assert found.fit is not None
    assert len(found.fit.parameters) == 5
    assert found.fit.samples
    assert [one.index.keys[0].column for one in found.create] == ["paid"]
    assert "--fit-costs" in found.proof.rerun
    with pytest.raises(InputError, match="--fit-costs is for measuring"):
        run(["index", url, "--fit-costs"])


def test_the_demo_gets_what_was_planted_and_nothing_else(tmp_path: Path) -> None:
    api.demo(tmp_path, OPTIONS)
    advice = index(str(tmp_path / "shop.twin"), IndexOptions(cache=postgres_servers.test_cache()))
    assert {(one.index.table.name, one.index.keys[0].column) for one in advice.create} == {
        ("order_items", "order_id"), ("order_items", "product_id"),
    }  # fmt: skip
    assert {one.index.name.name for one in advice.drop} == {"orders_customer_id_idx", "products_category_id_idx"}


def test_an_ordinary_reader_of_an_older_server_without_extensions(tmp_path: Path) -> None:
    cache, binaries = postgres_servers.test_cache(), postgres_servers.binaries(15)
    with private_server(binaries, cache=cache) as home:
        home.create_database("plain")
        with psycopg.connect(home.url("plain"), autocommit=True) as admin:
            for statement in SCHEMA:
                admin.execute(statement.encode())
            admin.execute("CREATE ROLE plain_reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain_reader")
            extensions = admin.execute("SELECT extname FROM pg_extension").fetchall()
        assert extensions == [("plpgsql",)]
        (tmp_path / "w.sql").write_text("SELECT paid FROM visit WHERE person = 7;")
        url = home.url("plain").replace("postgres@", "plain_reader@")
        advice = index(url, IndexOptions(workload=tmp_path / "w.sql", cache=cache, pg_bin=binaries.bin))
    assert [[key.column for key in one.index.keys] for one in advice.create] == [["person"]]
    assert advice.proof.environment["source"].startswith("PostgreSQL 15")
    assert advice.proof.environment["twin"].startswith("PostgreSQL 15")


def test_an_index_of_a_partitioned_table_is_made_one_by_one_and_goes_back(
    database: Callable[..., Database], tmp_path: Path
) -> None:
    app = database(
        "CREATE TABLE event (id bigint, at date, kind integer) PARTITION BY RANGE (at)",
        "CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2025-07-01')",
        "CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2025-07-01') TO ('2026-01-01') "
        "PARTITION BY LIST (kind)",
        "CREATE TABLE event_2_d PARTITION OF event_2 DEFAULT",
        "INSERT INTO event SELECT g, date '2025-01-01' + g % 365, g % 5000 FROM generate_series(1, 60000) g",
        "ANALYZE",
    )
    twin = twin_of(app, "parted twin")
    try:
        workload = Workload(queries=(Query(id="q", sql="SELECT id FROM event WHERE kind = 7", calls=100.0),))
        advice = advise(twin, workload, AdviceOptions())
    finally:
        twin.close()
    (one,) = advice.create
    assert one.index.table.name == "event"
    written = write_indexes(advice, tmp_path / "m", "by_kind", now=datetime(2026, 1, 1, tzinfo=UTC))
    assert written is not None
    with psycopg.connect(app.server.url(app.name), autocommit=True) as owner:
        for step in one.steps:
            for statement in step.sql:
                owner.execute(statement.encode())
        states = owner.execute(
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
            "WHERE c.relname ~ '^event' ORDER BY 1"
        ).fetchall()
        assert states == [("event", True), ("event_1", True), ("event_2", True), ("event_2_d", True)]
        blocking = [step.sql for step in one.steps if step.transactional and "CREATE INDEX" in step.sql[0]]
        assert all(" ON ONLY " in sql[0] for sql in blocking)  # of what holds rows every index is built concurrently
        for step in one.undo:
            for statement in step.sql:
                owner.execute(statement.encode())
        assert owner.execute("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
                             "WHERE c.relname ~ '^event'").fetchone() == (0,)  # fmt: skip


def test_what_nobody_reads_goes_with_a_question(database: Callable[..., Database]) -> None:
    app = database(
        "CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer)",
        "INSERT INTO t SELECT g, g, g FROM generate_series(1, 20000) g",
        "CREATE INDEX t_a ON t (a)",
        "CREATE INDEX t_b ON t (b)",
        "ANALYZE t",
    )
    twin = twin_of(app, "unread twin")
    workload = Workload(queries=(Query(id="q", sql="SELECT id FROM t WHERE a = 5", calls=1.0),))
    try:
        young = advise(twin, workload, AdviceOptions())
        old = advise(twin, workload, AdviceOptions(counters=True))
    finally:
        twin.close()
    facts = twin.schema.facts
    assert facts is not None
    assert facts.replicas == 0
    followed = replace(twin.snapshot, schema=replace(twin.schema, facts=replace(facts, replicas=2)))
    twin = twins.build(app.server, followed, database="unread twin")
    try:
        asked = advise(twin, workload, AdviceOptions(counters=True))
    finally:
        twin.close()
    assert young.drop == ()
    # No query since the counters began read t_a either, but the workload does.
    assert [one.index.name.name for one in old.drop] == ["t_b"]
    assert old.drop == asked.drop
    assert old.notes == ()
    assert asked.notes == (
        "do the queries of the 2 standby servers read t_b? Their counters are their own: ask them first",
    )


def test_one_index_takes_the_place_of_several(database: Callable[..., Database]) -> None:
    app = database(
        "CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer, c integer, d integer)",
        "INSERT INTO t SELECT g, g % 3000, g, g, g FROM generate_series(1, 60000) g",
        "CREATE INDEX t_a_b ON t (a) INCLUDE (b)",
        "CREATE INDEX t_a_c ON t (a) INCLUDE (c)",
        "CREATE INDEX t_a_d ON t (a, d)",
        "VACUUM ANALYZE t",
    )
    twin = twin_of(app, "merge twin")
    queries = ("SELECT b FROM t WHERE a = 5", "SELECT c FROM t WHERE a = 5")
    try:
        both = Workload(queries=tuple(Query(id=sql, sql=sql, calls=1.0) for sql in queries))
        advice = advise(twin, both, AdviceOptions())
        (made,) = advice.create
        assert (made.replaces, [key.column for key in made.index.keys], made.index.include) == (
            ("t_a_b", "t_a_c", "t_a_d"), ["a", "d"], ("b", "c"),
        )  # fmt: skip
        assert [one.used for one in advice.queries] == [(made.index.name.name,)] * 2
        assert {(one.index.name.name, one.instead) for one in advice.drop} == {
            (name, made.index.name.name) for name in made.replaces
        }  # fmt: skip
        assert advice.create[0].bytes < sum(one.bytes or 0 for one in advice.drop)
        assert advise(twin, both, AdviceOptions(budget=1000)).create == ()
        assert advise(twin, both, AdviceOptions(most=0)).create == ()
    finally:
        twin.close()
    with psycopg.connect(app.server.url(app.name), autocommit=True) as owner:
        owner.execute(
            create_index_sql(replace(advice.create[0].index, name=Name(schema="public", name="real"))).encode()
        )
        row = owner.execute("SELECT pg_relation_size('real')").fetchone()
        assert row is not None
        assert abs(row[0] - advice.create[0].bytes) <= 0.05 * row[0]


def test_writes_that_no_query_tells_of_are_the_counters():
    name = Name(schema="public", name="t")
    facts = Facts(
        taken_at="2026-01-11T00:00:00+00:00",
        stats_reset="2026-01-01T00:00:00+00:00",
        tables={str(name): TableFacts(inserted=1000, updated=500, hot_updated=300, deleted=9)},
    )
    (write,) = counted_writes(Relational(tables=(Table(name=name),), facts=facts), 86400.0)
    assert (write.table, write.rows, write.columns) == (name, 120.0, None)
    assert list(counted_writes(Relational(tables=(Table(name=name),)), 86400.0)) == []


def test_the_curve_is_a_picture_with_its_knee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    monkeypatch.chdir(tmp_path)
    api.demo(tmp_path, OPTIONS)
    assert run(["index", "shop.twin", "--format", "svg", "-o", "curve.svg"]) == 0
    advice = index("shop.twin", IndexOptions(cache=postgres_servers.test_cache()))
    drawn = (tmp_path / "curve.svg").read_text()
    bend = knee(advice.curve)
    assert bend is not None
    assert drawn.count("<circle") == len(advice.curve)
    assert f"{bend.cost:.1%}" in drawn
    assert all(one.planned for one in advice.curve)
    assert draw_curve((), {}, "planner cost").startswith("<svg")
    assert knee(IndexAdvice().curve) is None
