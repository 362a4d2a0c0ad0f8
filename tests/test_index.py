"""Index advice: candidates of every kind, the choice under its bounds, and the verb."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import postgres_servers
from conftest import Database, UserServer
from dbarchitect.api.index import IndexOptions, index, write_indexes
from dbarchitect.cli import run
from dbarchitect.engines.postgres import twin as twins
from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.server import private_server
from dbarchitect.engines.postgres.statements import counted_workload
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.engines.postgres.twin import snapshot as snapshots
from dbarchitect.errors import InputError
from dbarchitect.index.candidates import Candidates, Limits
from dbarchitect.index.needs import needs_of
from dbarchitect.index.search import Bounds, Known, choose, value
from dbarchitect.index.upkeep import Write, upkeep
from dbarchitect.migrate.formats import read_folder
from dbarchitect.model.advice import AdvisedIndex, DroppedIndex, IndexAdvice, QueryVerdict
from dbarchitect.model.facts import Facts, TableFacts
from dbarchitect.model.names import Name
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index, IndexKey, Relational, Table
from dbarchitect.prove.advise import AdviceOptions, advise
from dbarchitect.prove.measure import measure
from dbarchitect.sources import Workshop, open_source
from dbarchitect.sql.conditions import sort_keys_of, terms_of

SCHEMA = """
CREATE EXTENSION pg_trgm;
CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL, country text, note text);
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer integer NOT NULL REFERENCES customer ON DELETE CASCADE, status text NOT NULL,
    total integer, doc jsonb, tags text[], during int4range, at timestamp NOT NULL, gone_at timestamp, words text,
    place point
);
CREATE TABLE small (id integer, name text);
INSERT INTO small SELECT g, g FROM generate_series(1, 50) g;
INSERT INTO customer SELECT g, 'Mail' || g || '@x.org', 'c' || g % 20, md5(g::text) FROM generate_series(1, 20000) g;
INSERT INTO orders SELECT g, g % 20000 + 1, CASE WHEN g % 500 = 0 THEN 'open' ELSE 'done' END, g % 1000,
    jsonb_build_object('kind', g % 3000), ARRAY['t' || g % 2000], int4range(g, g + 5),
    timestamp '2024-01-01' + g * interval '1 minute', CASE WHEN g % 300 = 0 THEN timestamp '2024-01-01' END,
    md5(g::text) || ' ' || md5((g + 1)::text)
FROM generate_series(1, 100000) g;
ANALYZE;
"""


@pytest.fixture(scope="module")
def shop(server) -> Twin:
    """A twin of a shop of 100,000 orders, made from its snapshot."""
    server.drop_database("index shop")
    server.create_database("index shop")
    with psycopg.connect(server.url("index shop"), autocommit=True) as connection:
        connection.execute(SCHEMA)
    workshop = Workshop()
    try:
        source = open_source(server.url("index shop"), workshop)
        taken = source.snapshot(now=datetime(2026, 1, 1, tzinfo=UTC))
    finally:
        workshop.close()
    twin = twins.build(server, taken, database="index twin")
    yield twin
    twin.close()
    server.drop_database("index shop")


def of(*queries: str, window: float | None = None, **calls: float) -> Workload:
    return Workload(
        queries=tuple(Query(id=f"q{n}", sql=sql, calls=calls.get(f"q{n}", 1)) for n, sql in enumerate(queries, 1)),
        window_seconds=window,
    )


def created(advice: IndexAdvice) -> list[str]:
    return [one.sql.split(" USING ")[1] for one in advice.create]


# --- what plans say ---------------------------------------------------------------------------------------------------


def test_conditions_of_a_plan_as_terms():
    found = terms_of(
        "((o.status)::text = 'open'::text) AND (NOT o.gone) AND (o.n ~~ 'ab%'::text) AND (o.a = b.c) AND "
        "((o.x = 1) OR (o.y IS NULL)) AND (o.z = (InitPlan 1).col1) AND (NOT (hashed SubPlan 2))"
    )
    assert [(one.operator, one.left.column if one.left else "") for one in found] == [
        ("=", "status"), ("false", "gone"), ("~~", "n"), ("=", "a"), ("or", ""), ("=", "z"), ("not", ""),
    ]  # fmt: skip
    assert found[2].pattern == "ab%"
    assert [arm[0].operator for arm in found[4].arms] == ["=", "is null"]


def test_a_condition_that_the_grammar_refuses_does_not_hide_its_neighbours():
    assert [one.text for one in terms_of("((a.x = 1) AND (a.y = ?) AND (a.z = 2))")] == ["x = 1", "z = 2"]


def test_keys_of_a_sort():
    found = sort_keys_of(["o.at DESC", "lower(o.n) NULLS FIRST", "o.z DESC NULLS LAST"])
    assert [(one.key.text, one.descending, one.nulls_first) for one in found] == [
        ("at", True, True), ("lower(n)", False, True), ("z", True, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELECT * FROM orders WHERE customer = 7 AND total > 5", "btree (customer, total)"),
        ("SELECT id FROM orders WHERE customer = 7 ORDER BY at DESC LIMIT 5", "btree (customer, at)"),
        ("SELECT * FROM orders ORDER BY total DESC, at LIMIT 5", "btree (total, at DESC)"),
        ("SELECT total FROM orders WHERE customer = 7", "btree (customer) INCLUDE (total)"),
        ("SELECT * FROM orders WHERE status = 'open' AND at > now()", "btree (at) WHERE status = 'open'::text"),
        ("SELECT * FROM orders WHERE gone_at IS NOT NULL", "btree (gone_at) WHERE gone_at IS NOT NULL"),
        ("SELECT * FROM customer WHERE lower(email) = 'mail7@x.org'", "btree (lower(email))"),
        ("SELECT * FROM orders WHERE doc @> '{\"kind\": 7}'", "gin (doc jsonb_path_ops)"),
        ("SELECT * FROM orders WHERE doc ? 'kind'", "gin (doc)"),
        ("SELECT * FROM orders WHERE doc ->> 'kind' = '7'", "btree ((doc ->> 'kind'::text))"),
        ("SELECT * FROM orders WHERE tags @> ARRAY['t7']", "gin (tags)"),
        ("SELECT * FROM orders WHERE words LIKE '%abcdef%'", "gin (words gin_trgm_ops)"),
        ("SELECT * FROM orders WHERE to_tsvector('english', words) @@ to_tsquery('english', 'a')",
         "gin (to_tsvector('english'::regconfig, words))"),
        ("SELECT * FROM customer WHERE email LIKE 'Mail77%'", "btree (email text_pattern_ops)"),
        ("SELECT * FROM orders WHERE during && '[5,9)'::int4range", "gist (during)"),
        ("SELECT * FROM orders WHERE at BETWEEN '2024-01-05' AND '2024-01-06'", "brin (at)"),
        ("SELECT * FROM orders WHERE words = 'x'", "hash (words)"),
        ("SELECT max(total) FROM orders", "btree (total)"),
        ("SELECT count(*) FROM orders GROUP BY status, total", "btree (status, total)"),
        ("SELECT * FROM orders o JOIN customer c ON c.id = o.customer WHERE c.country = 'c1'", "btree (country)"),
        ("SELECT * FROM orders WHERE total = 1 OR customer = 2", "btree (customer)"),
        ("SELECT * FROM orders ORDER BY words <-> 'abcdef' LIMIT 5", "gist (words gist_trgm_ops)"),
        ("SELECT * FROM orders WHERE total > 5 ORDER BY place <-> '(5,5)' LIMIT 5", "gist (place)"),
    ],
)  # fmt: skip
def test_candidates_for(shop: Twin, sql: str, wanted: str) -> None:
    made = Candidates(shop.schema, Limits())
    found = [
        one for need in needs_of(shop.explain(sql, verbose=True), shop.schema) for one in made.of(need, lambda _: True)
    ]

    texts = [
        create_index_sql(one).split(" USING ")[1].replace("pg_catalog.", "").replace("public.", "") for one in found
    ]
    assert wanted in texts, texts


def test_a_small_table_has_no_candidates(shop: Twin) -> None:
    plan = shop.explain("SELECT * FROM small WHERE name = 'x'", verbose=True)
    (needs,) = needs_of(plan, shop.schema)
    assert Candidates(shop.schema, Limits()).of(needs, lambda _: True) == ()


# --- the choice -------------------------------------------------------------------------------------------------------

ATOMS = st.dictionaries(
    st.frozensets(st.integers(0, 5), min_size=1, max_size=3), st.floats(1, 1000), min_size=0, max_size=6
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.1, 100), ATOMS), min_size=1, max_size=5),
    st.lists(st.integers(1, 100), min_size=6, max_size=6),
    st.integers(0, 300),
    st.integers(0, 6),
)
def test_a_choice_keeps_to_its_bounds_and_none_is_better(
    queries: list[tuple[float, dict[frozenset[int], float]]], sizes: list[int], budget: int, most: int
) -> None:
    known: list[Known] = []
    for weight, atoms in queries:
        one = Known(weight=weight, base=1000.0)
        for atom, cost in atoms.items():
            one.learn(atom, cost)
        known.append(one)
    mb = {number: float(size * 10**6) for number, size in enumerate(sizes)}
    upkeep = dict.fromkeys(range(6), 0.0)
    found = choose(known, mb, upkeep, Bounds(budget=budget * 10**6, most=most))
    assert sum(mb[one] for one in found.indexes) <= budget * 10**6
    assert len(found.indexes) <= most
    subsets = [frozenset(n for n in range(6) if mask >> n & 1) for mask in range(64)]
    allowed = [one for one in subsets if len(one) <= most and sum(mb[n] for n in one) <= budget * 10**6]
    best = min(value(known, one, upkeep) for one in allowed)
    assert value(known, found.indexes, upkeep) <= best + 1e-3 * max(abs(best), 1)


def test_what_costs_more_to_keep_than_it_saves_is_not_chosen():
    one = Known(weight=1.0, base=100.0)
    one.learn(frozenset((0,)), 50.0)
    assert choose([one], {0: 1.0}, {0: 10.0}, Bounds()).indexes == {0}
    assert choose([one], {0: 1.0}, {0: 1000.0}, Bounds()).indexes == set()


def test_an_update_that_is_hot_no_longer_makes_entries_in_all_indexes():
    table = Name(schema="public", name="t")

    def on(column: str, **more: object) -> Index:
        name = Name(schema="public", name=f"t_{column}")
        return Index(name=name, table=table, keys=(IndexKey(column=column),), **more)  # type: ignore[arg-type]

    old = Table(name=table, indexes=(on("a"), on("b")))
    facts = Facts(tables={str(table): TableFacts(updated=100, hot_updated=80)})
    schema = Relational(tables=(old,), facts=facts)
    candidates = [on("c"), on("d"), on("e", predicate="c IS NULL")]
    update = Write(table=table, rows=10.0, columns=frozenset("c"))
    assert upkeep([update], candidates, schema) == {0: 10 * (1 + 0.8 * 2), 1: 0.0, 2: 10 * (1 + 0.8 * 2)}
    both = Write(table=table, rows=10.0, columns=frozenset("ac"))  # was never HOT
    assert upkeep([both], candidates, schema) == {0: 10.0, 1: 0.0, 2: 10.0}
    assert upkeep([Write(table=table, rows=1.0)], candidates, schema) == {0: 1.0, 1: 1.0, 2: 1.0}


# --- the advice -------------------------------------------------------------------------------------------------------


def test_an_index_for_each_query_that_needs_one(shop: Twin) -> None:
    advice = advise(
        shop,
        of(
            "SELECT id FROM orders WHERE customer = 7 ORDER BY at DESC LIMIT 5",
            "SELECT * FROM customer WHERE lower(email) = 'mail7@x.org'",
            "SELECT * FROM orders WHERE doc @> '{\"kind\": 7}'",
            "SELECT * FROM customer WHERE id = 5",
            "SELECT status, count(*) FROM orders GROUP BY status",
            "SELECT * FROM small WHERE name = 'x'",
        ),
        AdviceOptions(limits=Limits(include=False)),
    )
    assert {one.split(" ")[0] for one in created(advice)} == {"btree", "gin"}
    assert any(one.startswith("btree (customer") for one in created(advice))
    assert "btree (lower(email))" in created(advice)
    by_id = {one.id: one for one in advice.queries}
    # An expression has no statistics before the first ANALYZE: the planner thinks it common.
    shares = [by_id[name].change for name in ("q1", "q2", "q3")]
    assert [share < limit for share, limit in zip(shares, (0.1, 0.5, 0.1), strict=True)] == [True] * 3, shares
    assert by_id["q4"].why == "the indexes that are there serve it"
    assert by_id["q5"].why.startswith("it reads 100% of orders")
    assert by_id["q6"].why.startswith("its tables are small")
    assert advice.proof.level == "planned"
    assert all(one.after <= one.before * 1.001 for one in advice.queries)
    assert advice.before > advice.after > 0


def test_nothing_of_the_advice_stays_on_the_twin(shop: Twin) -> None:
    sql = "SELECT total FROM orders WHERE customer = 7"
    before = shop.explain(sql).cost
    assert advise(shop, of(sql), AdviceOptions()).create
    assert shop.explain(sql).cost == before


@pytest.mark.parametrize("budget", [0, 1 << 20, 3 << 20, 1 << 30])
def test_a_budget_is_kept(shop: Twin, budget: int) -> None:
    advice = advise(
        shop,
        of("SELECT id FROM orders WHERE customer = 7", "SELECT id FROM orders WHERE total = 7 AND at > now()"),
        AdviceOptions(budget=budget),
    )
    assert sum(one.bytes for one in advice.create) <= budget
    assert bool(advice.create) == (budget > 0)
    if not budget:
        assert all("fits the budget" in one.why for one in advice.queries)


def test_a_workload_that_no_index_helps_gets_none(shop: Twin) -> None:
    advice = advise(
        shop,
        of("SELECT count(*) FROM orders", "SELECT * FROM orders", "SELECT 1"),
        AdviceOptions(limits=Limits(include=False)),
    )
    assert advice.create == advice.drop == ()
    assert all(one.why for one in advice.queries)


def test_what_is_written_more_than_it_is_read_gets_none(shop: Twin) -> None:
    read, write = "SELECT id FROM orders WHERE total = 7", "UPDATE orders SET total = 8 WHERE id = 9"
    assert advise(shop, of(read, write), AdviceOptions()).create
    assert advise(shop, of(read, write, q2=1_000_000), AdviceOptions()).create == ()


def test_a_query_that_hardly_ever_runs_gets_none(shop: Twin) -> None:
    sql = "SELECT id FROM orders WHERE total = 7"
    advice = advise(shop, of(sql, window=86400.0), AdviceOptions())
    assert advice.create == ()
    assert advice.queries[0].why.startswith("rarely run")
    assert advise(shop, of(sql, window=86400.0, q1=100_000), AdviceOptions()).create


def test_the_checks_of_foreign_keys_are_queries_too(shop: Twin) -> None:
    advice = advise(shop, of("DELETE FROM customer WHERE id = 7"), AdviceOptions())
    assert [one.split(")")[0] for one in created(advice)] == ["btree (customer"]
    assert [advice.queries[one - 1].source for one in advice.create[0].queries] == ["foreign key orders_customer_fkey"]


def test_queries_with_parameters_without_values(shop: Twin) -> None:
    advice = advise(shop, of("SELECT id FROM orders WHERE customer = $1 AND total > $2"), AdviceOptions())
    assert created(advice)[0].startswith("btree (customer")


def test_what_cannot_be_planned_is_listed(shop: Twin) -> None:
    advice = advise(
        shop, of("SELECT id FROM orders WHERE total = 7", "SELECT * FROM nowhere", "SELEC 1"), AdviceOptions()
    )
    assert len(advice.queries) == 1
    assert [gap.effect for gap in advice.left_out if gap.kind == "workload"] == [
        'left out: the server refuses to plan this query: relation "nowhere" does not exist',
        'left out: the server refuses to plan this query: syntax error at or near "SELEC"',
    ]
    with pytest.raises(InputError, match="no query of the workload can be planned"):
        advise(shop, of("SELECT * FROM nowhere"), AdviceOptions())


def test_superfluous_indexes_are_dropped_if_no_plan_needs_them(database: Callable[..., Database]) -> None:
    app = database(
        "CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer, c integer)",
        "INSERT INTO t SELECT g, g, g, g FROM generate_series(1, 20000) g",
        "CREATE INDEX t_a ON t (a)",
        "CREATE INDEX t_a_b ON t (a, b)",
        "CREATE INDEX t_c ON t (c)",
        "CREATE INDEX t_c_again ON t (c)",
        "CREATE UNIQUE INDEX t_b ON t (b)",
        "ANALYZE",
    )
    workshop = Workshop()
    try:
        taken = open_source(app.server.url(app.name), workshop).snapshot(now=datetime(2026, 1, 1, tzinfo=UTC))
    finally:
        workshop.close()
    twin = twins.build(app.server, taken, database="drop twin")
    try:
        found = advise(twin, of("SELECT * FROM t WHERE a = 5", "SELECT * FROM t WHERE c = 5"), AdviceOptions())
    finally:
        twin.close()
    assert {(one.index.name.name, one.instead) for one in found.drop} == {("t_a", "t_a_b"), ("t_c", "t_c_again")}


# --- measured ---------------------------------------------------------------------------------------------------------


def test_what_does_not_pay_in_time_is_left_out(database: Callable[..., Database]) -> None:
    app = database(
        "CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer)",
        "INSERT INTO t SELECT g, g % 5000, g % 5 FROM generate_series(1, 200000) g",
        "ANALYZE",
    )
    workload = of("SELECT * FROM t WHERE a = 7", "SELECT * FROM t WHERE b >= 0")

    def advised(column: str) -> AdvisedIndex:
        name, table = Name(schema="public", name=f"t_{column}"), Name(schema="public", name="t")
        return AdvisedIndex(index=Index(name=name, table=table, keys=(IndexKey(column=column),)), sql="", bytes=1)

    verdicts = tuple(QueryVerdict(id=one.id, sql=one.sql, calls=1, before=1, after=1) for one in workload.queries)
    old = advised("id").index
    advice = IndexAdvice(
        create=(advised("a"), advised("b")),
        drop=tuple(DroppedIndex(index=old, sql="", bytes=1, why="prefix", instead=one) for one in ("t_a", "t_b")),
        queries=verdicts,
    )
    with psycopg.connect(app.server.url(app.name), autocommit=True) as connection:
        found = measure(connection, advice)
        left = connection.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 't'").fetchone()
    assert left == (1,)  # the copy is as it was
    assert [one.index.name.name for one in found.create] == ["t_a"]
    assert [one.instead for one in found.drop] == ["t_a"]  # nothing does the other's work now
    first, second = found.queries
    assert (first.used, second.used) == (("t_a",), ())
    assert first.after_ms is not None
    assert first.before_ms is not None
    assert first.after_ms < first.before_ms / 2
    assert any(note.startswith("t_b is left out") for note in found.notes)
    assert found.proof.level == "measured"


def test_queries_that_cannot_run_or_take_too_long_are_told_apart(database: Callable[..., Database]) -> None:
    app = database("CREATE TABLE t (id integer PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    refused = QueryVerdict(
        id="q0", sql="SELECT nothing FROM t WHERE id = $1", parameters=("1",), calls=1, before=1, after=1
    )
    workload = of("SELECT id / 0 FROM t", "SELECT pg_sleep(5) FROM t")
    verdicts = (
        refused,
        *(QueryVerdict(id=one.id, sql=one.sql, calls=1, before=1, after=1) for one in workload.queries),
    )
    with psycopg.connect(app.server.url(app.name), autocommit=True) as connection:
        found = measure(connection, IndexAdvice(queries=verdicts), limit_s=0.2)
    assert [one.before_ms for one in found.queries] == [None, None, 200]


# --- the verb ---------------------------------------------------------------------------------------------------------

WORKLOAD = "-- calls: 500\nSELECT id FROM orders WHERE customer = 7 ORDER BY at DESC LIMIT 5;\n"


def test_a_live_source_and_its_snapshot_get_the_same_advice(user_server: UserServer, tmp_path: Path) -> None:
    """As an ordinary role, and afterwards without any connection."""
    with psycopg.connect(user_server.server.url("app"), autocommit=True) as admin:
        admin.execute("CREATE TABLE advised (id integer PRIMARY KEY, a integer, b text)")
        admin.execute("INSERT INTO advised SELECT g, g % 1000, g FROM generate_series(1, 50000) g")
        admin.execute("ANALYZE advised")
        admin.execute("GRANT SELECT ON advised TO reader")
        try:
            (tmp_path / "w.sql").write_text("SELECT b FROM advised WHERE a = 7;")
            options = IndexOptions(workload=tmp_path / "w.sql", cache=postgres_servers.test_cache())
            live = index(user_server.url(), options)
            workshop = Workshop(cache=postgres_servers.test_cache())
            taken = open_source(user_server.url(), workshop).snapshot(now=datetime(2026, 1, 1, tzinfo=UTC))
            workshop.close()
        finally:
            admin.execute("DROP TABLE advised")
    snapshots.write(taken, tmp_path / "app.twin")
    away = index(str(tmp_path / "app.twin"), options)
    assert live.create
    assert (away.create, away.queries, away.after) == (live.create, live.queries, live.after)
    assert UserServer.PASSWORD not in repr(live)


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    Path("app.sql").write_text(SCHEMA.replace("CREATE EXTENSION pg_trgm;", ""))
    Path("w.sql").write_text(WORKLOAD)
    return tmp_path


def test_the_verb_shows_its_advice_and_writes_a_migration(scripts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["index", "app.sql", "--data", "--workload", "w.sql", "--into", "migrations"]) == 0
    out = capsys.readouterr().out
    assert "1 index to create" in out
    assert "CREATE INDEX CONCURRENTLY orders_customer" in out
    assert "again: dba index app.sql --workload w.sql --data" in out
    folder = read_folder(scripts / "migrations", run=lambda *_: b"")
    (migration,) = folder.migrations
    assert [step.transactional for step in migration.up] == [False]
    assert migration.down is not None
    assert migration.down[0].sql[0].startswith("DROP INDEX CONCURRENTLY")


def test_json_and_sql(scripts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["index", "app.sql", "--data", "--workload", "w.sql", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "dbarchitect.index/1"
    assert found["create"][0]["sql"].startswith("CREATE INDEX CONCURRENTLY")
    assert run(["index", "app.sql", "--data", "--workload", "w.sql", "--format", "sql"]) == 0
    assert capsys.readouterr().out.startswith("CREATE INDEX CONCURRENTLY orders_customer")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--workload", "w.sql", "--budget", "much"], "--budget much: not a size"),
        (["--workload", "w.sql", "--max-indexes", "-1"], "--max-indexes -1: less than none"),
        ([], "there is no workload"),
        (["--workload", "none.sql"], "cannot read the workload none.sql"),
        (["--workload", "ddl.sql"], "holds no query that could be planned"),
        (["--workload", "broken.sql"], "syntax error"),
    ],
)
def test_what_is_wrong_is_said(scripts: Path, words: list[str], message: str) -> None:
    Path("ddl.sql").write_text("CREATE TABLE x (id integer); COPY x FROM '/tmp/x';")
    Path("broken.sql").write_text("SELECT 1; SELEC 2;")
    with pytest.raises(InputError, match=message):
        run(["index", "app.sql", *words])


@pytest.mark.parametrize("major", [15, 18])
def test_what_a_server_has_counted_is_its_workload(major: int, tmp_path: Path) -> None:
    settings_ = {"shared_preload_libraries": "pg_stat_statements"}
    cache = postgres_servers.test_cache()
    binaries = postgres_servers.binaries(major)
    with private_server(binaries, cache=cache, settings=settings_) as home:
        home.create_database("counted")
        with psycopg.connect(home.url("counted"), autocommit=True) as admin:
            with pytest.raises(InputError, match="has no pg_stat_statements"):
                counted_workload(admin)
            admin.execute("CREATE SCHEMA watch; CREATE EXTENSION pg_stat_statements SCHEMA watch")
            admin.execute("CREATE TABLE t (id integer PRIMARY KEY, a integer)")
            admin.execute("INSERT INTO t SELECT g, g FROM generate_series(1, 50000) g")
            admin.execute("ANALYZE t")
            for value in range(30):
                admin.execute(f"SELECT id FROM t WHERE a = {value}".encode())
            admin.execute("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace")
            found = counted_workload(admin)
            assert not any("pg_class" in one.sql or "pg_extension" in one.sql for one in found.queries)
            assert "catalogues" in found.rejected[0][1]
            (query,) = [one for one in found.queries if "WHERE a = $1" in one.sql]
            assert (query.calls, query.rows) == (30, 29)
            assert query.total_ms is not None
            assert any("CREATE TABLE" in text for text, _ in found.rejected)
        options = IndexOptions(cache=cache, pg_bin=binaries.bin)
        advice = index(home.url("counted"), options)
        assert [one.index.keys[0].column for one in advice.create] == ["a"]


def test_nothing_advised_writes_nothing(tmp_path: Path) -> None:
    assert write_indexes(IndexAdvice(), tmp_path / "m", "x", now=datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert not (tmp_path / "m").exists()
