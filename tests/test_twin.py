"""The twin against its source: same statistics, same sizes, same plans; and indexes that are only supposed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
import pytest

from dbarchitect.engines.postgres import twin as twins
from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.dump import dump_schema, unreadable_tables
from dbarchitect.engines.postgres.explain import explain
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server, find_binaries
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.engines.postgres.twin import snapshot as snapshots
from dbarchitect.engines.postgres.twin.sizes import IndexSize
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.errors import InputError
from dbarchitect.model.change import AddIndex, AddTable, DropIndex
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Index, IndexKey

NOW = datetime(2026, 1, 1, tzinfo=UTC)

# Every kind of statistics that ANALYZE makes, skewed, with NULLs, over a few thousand pages.
SHOP = (
    """create table customer (
        id int primary key, email text not null, country char(2) not null, joined date not null,
        balance numeric(12, 2), tags text[], born int4range, notes tsvector, active boolean, kind varchar(10))""",
    """create table purchase (
        id bigint generated always as identity primary key, customer_id int not null references customer,
        status text not null, total numeric(12, 2) not null, at timestamptz not null, note text)""",
    """insert into customer
       select i, 'user' || i || '@example.org', (array['de','fr','us','us','us','jp'])[1 + i % 6],
              date '2015-01-01' + (i * 7) % 3000, nullif(i % 1000, 0) / 3.0, array['t' || i % 5, 't' || i % 11],
              int4range(i % 500, i % 500 + i % 20 + 1), to_tsvector('simple', 'word' || i % 40 || ' term' || i % 7),
              i % 3 = 0, case when i % 4 > 0 then 'k' || i % 9 end
       from generate_series(1, 20000) i""",
    """insert into purchase (customer_id, status, total, at, note)
       select 1 + (i::bigint * i) % 20000, (array['open','paid','paid','paid','sent'])[1 + i % 5], (i % 977) / 7.0,
              timestamptz '2020-01-01 00:00+00' + i * interval '7 minutes', repeat('x', i % 60)
       from generate_series(1, 100000) i""",
    "create index purchase_customer on purchase (customer_id)",
    "create index purchase_open on purchase (at) where status = 'open'",
    "create index customer_lower on customer (lower(email))",
    "create statistics customer_pairs (ndistinct, dependencies) on country, kind from customer",
    "create materialized view spent as select customer_id, sum(total) as total from purchase group by 1",
    "vacuum analyze",
)
QUERIES = (
    "select * from customer where id = 77",
    "select * from customer where country = 'jp' and kind = 'k3'",
    "select count(*) from customer where tags @> '{t3}'",
    "select count(*) from customer where born @> 7",
    "select count(*) from customer where notes @@ 'word3'::tsquery",
    "select country, kind, count(*) from customer group by 1, 2",
    "select * from customer where lower(email) = 'user5@example.org'",
    "select * from customer where joined between '2016-01-01' and '2016-02-01' and balance is not null",
    "select * from purchase where customer_id = 5 order by at desc limit 10",
    "select * from purchase where status = 'open' and at > '2021-02-01' order by at limit 20",
    "select c.country, sum(p.total) from customer c join purchase p on p.customer_id = c.id group by 1",
    "select * from customer c where not exists (select from purchase p where p.customer_id = c.id)",
    "select * from spent where total > 100 order by total desc",
    "select * from purchase order by id desc limit 5 offset 40000",
    "delete from customer where kind is null",
)


def snapshot_of(server: Server, database: str, connection: psycopg.Connection) -> Snapshot:
    """A snapshot as `dba twin create` takes it."""
    pg_dump = server.binaries.pg_dump or find_binaries().pg_dump
    assert pg_dump is not None
    with connection.transaction():
        schema = inspect(connection)
    script, gaps = dump_schema(pg_dump, connection)
    return twins.take(schema, script, source="test", now=NOW, gaps=gaps)


@pytest.fixture
def shop(database):
    """A filled source, and a twin of it on the same server."""
    source = database(*SHOP)
    twin = twins.build(source.server, snapshot_of(source.server, source.name, source.connection), database="shop twin")
    yield source, twin
    twin.close()


def assert_same_plans(source: psycopg.Connection, twin: Twin, queries: tuple[str, ...] = QUERIES) -> None:
    for query in queries:
        own, there = explain(source, query), twin.explain(query)
        assert there.root.shape == own.root.shape, query
        assert there.cost == pytest.approx(own.cost, rel=1e-6), query
        assert there.root.rows == own.root.rows, query


def test_statistics_are_the_sources_to_the_last_value(shop):
    source, twin = shop
    query = "select * from pg_stats where schemaname = 'public' order by tablename, attname, inherited"
    with psycopg.connect(twin.server.url(twin.database), autocommit=True) as connection:
        assert connection.execute(query).fetchall() == source.connection.execute(query).fetchall()
    assert twin.gaps == ()


# Of pg_statistic what pg_stats does not show; the values are ranges, arrays and more: as text.
SLOTS = """
select c.relname, s.staattnum, stakind1, stakind2, stakind3, stakind4, stakind5, staop1, staop2, staop3, staop4, staop5,
       stacoll1, stacoll2, stacoll3, stacoll4, stacoll5,
       stanumbers1, stanumbers2, stanumbers3, stanumbers4, stanumbers5,
       stavalues1::text, stavalues2::text, stavalues3::text, stavalues4::text, stavalues5::text
from pg_statistic s join pg_class c on c.oid = s.starelid
where c.relnamespace = 'public'::regnamespace and c.relname = any(%s) order by c.relname, s.staattnum, s.stainherit
"""


def test_statistics_stand_in_the_slots_that_analyze_writes(database):
    source = database(
        """create table doc (words tsvector not null, named text collate "C", tags text[] collate "C", span int4range,
                             none int4range, nones int4multirange, mixed int4range)""",
        """insert into doc select to_tsvector('simple', 'word' || i % 40), 'n' || i % 30, array['t' || i % 5],
                           int4range(i % 50, i % 50 + 1 + i % 9), 'empty', '{}',
                           case when i < 3 then '[1,3)' else 'empty' end::int4range
           from generate_series(1, 5000) i""",
        "vacuum analyze",
    )
    twin = twins.build(source.server, snapshot_of(source.server, source.name, source.connection), database="slots twin")
    try:
        with psycopg.connect(twin.server.url(twin.database), autocommit=True) as connection:
            ours = connection.execute(SLOTS, [["doc"]]).fetchall()
        assert ours == source.connection.execute(SLOTS, [["doc"]]).fetchall()
        assert_same_plans(
            source.connection,
            twin,
            (
                "select * from doc where words @@ 'word3'::tsquery",
                "select * from doc where none && '[1,5)'",
                "select * from doc where none = 'empty'",
                "select * from doc where none <@ '[1,5)'",
                "select * from doc where nones @> 7",
                "select * from doc where mixed @> 2",
            ),
        )
    finally:
        twin.close()


def test_plans_and_costs_are_the_sources(shop):
    source, twin = shop
    assert_same_plans(source.connection, twin)


@pytest.mark.parametrize("major", [13, 14, 15, 16, 17])
def test_plans_are_the_sources_on_older_servers(major, old_server, database):
    source = database(*SHOP, on=old_server(major))
    snapshot = snapshot_of(source.server, source.name, source.connection)
    twin = twins.build(source.server, snapshot, database="older twin")
    try:
        assert [gap for gap in twin.gaps if gap.kind != "statistics"] == []
        # Range statistics can be read from PostgreSQL 17 on; below, their absence must be named.
        assert [gap.name for gap in twin.gaps] == (["public.customer.born"] if major < 17 else [])
        queries = tuple(query for query in QUERIES if "born" not in query or major >= 17)
        assert_same_plans(source.connection, twin, queries)
        assert twin.environment["source"] == twin.environment["twin"]
    finally:
        twin.close()


def test_a_twin_of_another_version_names_both(old_server, database, server):
    source = database("create table t (id int primary key)", on=old_server(15))
    twin = twins.build(server, snapshot_of(source.server, source.name, source.connection), database="mixed twin")
    try:
        assert twin.environment["source"].startswith("PostgreSQL 15")
        assert twin.environment["twin"].startswith("PostgreSQL 18")
        assert "--pg-bin" in twin.environment["caution"]
    finally:
        twin.close()


def test_the_guest_who_plans_is_no_superuser_and_sees_no_rows(shop):
    _, twin = shop
    with psycopg.connect(twin.url, autocommit=True) as guest:
        assert guest.execute(
            "select rolsuper, rolcreaterole from pg_roles where rolname = current_user"
        ).fetchone() == (
            False,
            False,
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            guest.execute("copy (select 1) to program 'cat'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            guest.execute("set role postgres")


def index(definition: str, *, table: str, name: str = "supposed", **more: object) -> AddIndex:
    """An index by the text of its keys: columns apart by commas, or one expression in parentheses."""
    texts = [definition] if definition.startswith("(") else [part.strip() for part in definition.split(",")]
    keys = tuple(IndexKey(expression=text[1:-1]) if text.startswith("(") else IndexKey(column=text) for text in texts)
    value = Index(name=Name(schema="public", name=name), table=Name(schema="public", name=table), keys=keys)
    return AddIndex(index=msgspec.structs.replace(value, **more))


def true_size(connection: psycopg.Connection, name: str) -> IndexSize:
    pages, rows = connection.execute("select relpages, reltuples from pg_class where relname = %s", [name]).fetchone()
    return IndexSize(pages=pages, rows=rows)


OPCLASS = {"trgm": Name(schema="public", name="gin_trgm_ops"), "range": Name(schema="pg_catalog", name="range_ops")}
# Ranges lie inside the histogram: at its ends the planner looks into the index, and the twin has no rows there.
SUPPOSED = [
    (
        index("status, at", table="purchase"),
        "select * from purchase where status = 'sent' and at between '2020-06-01' and '2020-06-03'",
    ),
    (
        index("customer_id", table="purchase", include=("total",), name="a"),
        "select sum(total) from purchase where customer_id between 5000 and 5900",
    ),
    (
        index("at", table="purchase", predicate="status = 'sent'"),
        "select * from purchase where status = 'sent' order by at limit 3",
    ),
    (
        index("(date_part('day', joined))", table="customer"),
        "select * from customer where date_part('day', joined) = 3",
    ),
    (index("kind", table="customer", method="hash"), "select * from customer where kind = 'k1'"),
    (
        index("at", table="purchase", method="brin"),
        "select * from purchase where at between '2020-03-01' and '2020-03-02'",
    ),
    (index("tags", table="customer", method="gin"), "select * from customer where tags @> '{t1,t3}'"),
    (index("born", table="customer", method="gist"), "select * from customer where born && '[3,4)'"),
    (index("born", table="customer", method="spgist"), "select * from customer where born && '[3,4)'"),
]


@pytest.mark.parametrize(
    ("change", "query"), SUPPOSED, ids=[one[0].index.method + str(n) for n, one in enumerate(SUPPOSED)]
)
def test_a_supposed_index_plans_like_the_built_one(shop, change, query):
    source, twin = shop
    before = twin.explain(query)
    name = change.index.name.name
    source.connection.execute(create_index_sql(change.index))
    own = explain(source.connection, query)
    assert name in own.root.shape, "the case must make the planner use the index"
    size = true_size(source.connection, name)
    height = 1 if change.index.method == "btree" else None
    with twin.supposing(
        [change], sizes={change.index.name: IndexSize(pages=size.pages, rows=size.rows, height=height)}
    ) as supposed:
        there = supposed.explain(query)
    assert there.root.shape == own.root.shape
    assert there.cost == pytest.approx(own.cost, rel=0.02)
    with twin.supposing([change]) as supposed:
        assert supposed.explain(query).root.shape == own.root.shape
    assert twin.explain(query) == before


def test_dropping_is_supposed_and_undone(shop):
    _, twin = shop
    query = "select * from purchase where customer_id = 5"
    before = twin.explain(query)
    [gone] = [i for t in twin.schema.tables for i in t.indexes if i.name.name == "purchase_customer"]
    with twin.supposing([DropIndex(index=gone)]) as without:
        assert "purchase_customer" not in without.explain(query).root.shape
    assert twin.explain(query) == before


def test_an_index_that_was_invalid_is_so_after_a_supposition(database):
    source = database(
        "create table t (a int, b int)",
        "create index good on t (a)",
        "create index bad on t (b)",
        "insert into t select i, i from generate_series(1, 10000) i",
        "vacuum analyze",
    )
    twin = twins.build(source.server, snapshot_of(source.server, source.name, source.connection), database="bad twin")
    query = "select indexrelid::regclass::text, indisvalid from pg_index where indrelid = 't'::regclass order by 1"
    try:
        with psycopg.connect(twin.server.url(twin.database), autocommit=True) as connection:
            connection.execute("update pg_index set indisvalid = false where indexrelid = 'bad'::regclass")
            before = connection.execute(query).fetchall()
            assert before == [("bad", False), ("good", True)]
            drops = [DropIndex(index=index) for table in twin.schema.tables for index in table.indexes]
            assert len(drops) == 2
            with twin.supposing(drops):
                assert connection.execute(query).fetchall() == [("bad", False), ("good", False)]
            assert connection.execute(query).fetchall() == before
            good, bad = Name(schema="public", name="good"), Name(schema="public", name="bad")
            with twin.only([bad], [good]) as other:
                assert "bad" in other.explain("select * from t where b = 7").root.shape
                assert connection.execute(query).fetchall() == [("bad", True), ("good", False)]
            assert connection.execute(query).fetchall() == before
            with twin.supposing(drops[:1]):
                outer = connection.execute(query).fetchall()
                with twin.supposing(drops):
                    pass
                assert connection.execute(query).fetchall() == outer
            assert connection.execute(query).fetchall() == before
    finally:
        twin.close()


def test_what_cannot_be_supposed_is_refused(shop):
    _, twin = shop
    before = twin.explain(QUERIES[0])
    with (
        pytest.raises(InputError, match="indexes made or dropped"),
        twin.supposing([AddTable(table=twin.schema.tables[0])]),
    ):
        pass
    with pytest.raises(InputError, match="nowhere"), twin.supposing([index("nowhere", table="customer")]):
        pass
    assert twin.explain(QUERIES[0]) == before
    with pytest.raises(InputError, match="refuses to plan"):
        twin.explain("select * from no_such_table")
    with pytest.raises(InputError, match="refuses to plan"):
        twin.explain("select 1; drop table customer")


def test_parameters_and_generic_plans(shop):
    _, twin = shop
    custom = twin.explain("select * from purchase where status = $1 and at > $2", ("'open'", "'2021-04-25'"))
    assert (
        custom.root.shape
        == twin.explain("select * from purchase where status = 'open' and at > '2021-04-25'").root.shape
    )
    assert twin.explain("select * from customer where id = $1").root.rows == 1


def test_of_two_equal_indexes_the_twin_takes_the_same_one(database):
    source = database(
        "create table t (a int, b int)",
        "create index z on t (a)",
        "create index m on t (a)",
        "alter table t add constraint c unique (b)",
        "create unique index a on t (b)",
        "insert into t select i, i from generate_series(1, 10000) i",
        "vacuum analyze",
    )
    twin = twins.build(source.server, snapshot_of(source.server, source.name, source.connection), database="equal twin")
    try:
        queries = ("select * from t where a = 7", "select * from t where b = 7")
        assert_same_plans(source.connection, twin, queries)
        assert "Index Scan t m" in twin.explain(queries[0]).root.shape  # the newer one; z stands last in a dump
    finally:
        twin.close()


def test_partitions_and_inherited_statistics(database):
    source = database(
        "create table event (id bigint, at date not null, kind int) partition by range (at)",
        "create table event_24 partition of event for values from ('2024-01-01') to ('2025-01-01')",
        "create table event_25 partition of event for values from ('2025-01-01') to ('2026-01-01')",
        "create index event_kind on event (kind)",
        "insert into event select i, date '2024-01-01' + i % 730, i % 300 from generate_series(1, 60000) i",
        "vacuum analyze",
        "analyze event",
    )
    twin = twins.build(source.server, snapshot_of(source.server, source.name, source.connection), database="parts twin")
    try:
        queries = (
            "select * from event where kind = 3",
            "select * from event where at = '2025-03-01'",
            "select count(distinct kind) from event",
        )
        assert_same_plans(source.connection, twin, queries)
        with twin.supposing([index("at", table="event")]) as supposed:
            assert "event_25_at_idx" in supposed.explain(queries[1]).root.shape
        parent = next(t for t in twin.schema.tables if t.name.name == "event")
        with twin.supposing([DropIndex(index=parent.indexes[0])]) as without:
            assert "Index" not in without.explain(queries[0]).root.shape
        assert_same_plans(source.connection, twin, queries)
    finally:
        twin.close()


def test_tables_past_one_gigabyte_take_several_files_and_no_disk(shop, server):
    source, _ = shop
    snapshot = snapshot_of(source.server, source.name, source.connection)
    facts = snapshot.schema.facts
    large = {
        key: msgspec.structs.replace(one, pages=400_000, heap_bytes=400_000 * 8192, rows=4e7)
        for key, one in facts.tables.items()
    }
    facts = msgspec.structs.replace(facts, tables=large)
    schema = msgspec.structs.replace(snapshot.schema, facts=facts)
    twin = twins.build(server, msgspec.structs.replace(snapshot, schema=schema), database="large twin")
    try:
        plan = twin.explain("select * from customer")
        assert plan.root.rows == 40_000_000
        assert plan.cost == pytest.approx(400_000 + 40_000_000 * 0.01)
        with psycopg.connect(server.url("large twin"), autocommit=True) as connection:
            (path, data) = connection.execute(
                "select pg_relation_filepath('customer'), current_setting('data_directory')"
            ).fetchone()
        files = sorted(Path(data, path).parent.glob(Path(path).name + "*"))
        assert [file.stat().st_size for file in files] == [1 << 30, 1 << 30, 1 << 30, 400_000 * 8192 - 3 * (1 << 30)]
        assert sum(file.stat().st_blocks for file in files) * 512 < 1 << 20
    finally:
        twin.close()


def test_planner_settings_travel(database):
    source = database("create table t (id int)", "insert into t select generate_series(1, 1000)", "analyze")
    source.connection.execute(f'alter database "{source.name}" set random_page_cost = 1.25')
    source.connection.execute(f'alter database "{source.name}" set enable_seqscan = off')
    with psycopg.connect(source.server.url(source.name), autocommit=True) as connection:
        snapshot = snapshot_of(source.server, source.name, connection)
    twin = twins.build(source.server, snapshot, database="set twin")
    try:
        with psycopg.connect(twin.url) as guest:
            assert guest.execute("show random_page_cost").fetchone() == ("1.25",)
            assert guest.execute("show enable_seqscan").fetchone() == ("off",)
    finally:
        twin.close()


def test_a_locale_that_is_missing_here_is_a_gap(database):
    source = database("create table t (id int)")
    snapshot = snapshot_of(source.server, source.name, source.connection)
    strange = msgspec.structs.replace(snapshot.schema, collation="tlh_QO.UTF-8", ctype="tlh_QO.UTF-8")
    twin = twins.build(source.server, msgspec.structs.replace(snapshot, schema=strange), database="locale twin")
    try:
        [gap] = twin.gaps
        assert (gap.kind, "tlh_QO.UTF-8" in gap.name) == ("locale", True)
    finally:
        twin.close()


@pytest.fixture
def builtin(server):
    """A source in PostgreSQL's own locale, where LIKE uses a plain B-tree."""
    server.create_database("builtin", locale="C.UTF-8", provider="builtin")
    try:
        with psycopg.connect(server.url("builtin"), autocommit=True) as connection:
            for statement in (
                "create table t (a text)",
                "create index t_a on t (a)",
                "insert into t select md5(i::text) from generate_series(1, 20000) i",
                "vacuum analyze",
            ):
                connection.execute(statement)
            yield connection
    finally:
        server.drop_database("builtin")


PREFIX = "select * from t where a like 'abc%'"


def test_a_source_of_postgresqls_own_locale_has_a_twin_of_the_same(builtin, server):
    twin = twins.build(server, snapshot_of(server, "builtin", builtin), database="builtin twin")
    try:
        assert twin.gaps == ()
        assert "t_a" in twin.explain(PREFIX).root.shape
        assert_same_plans(builtin, twin, (PREFIX, "select * from t where a < 'b' order by a"))
    finally:
        twin.close()


def test_where_postgresql_has_no_locales_of_its_own_code_points_stand_in(builtin, server, old_server):
    old = old_server(16)
    twin = twins.build(old, snapshot_of(server, "builtin", builtin), database="builtin twin")
    try:
        [gap] = [gap for gap in twin.gaps if gap.kind == "locale"]
        assert (gap.name, "; C stands in" in gap.effect) == ("C.UTF-8 (builtin, UTF8)", True)
        assert "t_a" in twin.explain(PREFIX).root.shape
    finally:
        twin.close()


@pytest.mark.parametrize(("provider", "locale"), [("icu", "C"), ("icu", "de-DE"), ("builtin", "of a newer server")])
def test_a_locale_of_another_provider_is_never_taken_for_the_c_librarys(database, provider, locale):
    source = database("create table t (id int)")
    snapshot = snapshot_of(source.server, source.name, source.connection)
    strange = msgspec.structs.replace(snapshot.schema, collation=locale, locale_provider=provider)
    twin = twins.build(source.server, msgspec.structs.replace(snapshot, schema=strange), database="locale twin")
    try:
        assert [(gap.kind, gap.name) for gap in twin.gaps] == [("locale", f"{locale} ({provider}, UTF8)")]
    finally:
        twin.close()


def test_tables_that_a_role_may_not_read_are_left_out_and_named(user_server):
    with psycopg.connect(user_server.server.url("app"), autocommit=True) as admin:
        admin.execute('create table "Se.cret*" (id int)')
        try:
            with psycopg.connect(user_server.url()) as reader:
                hidden = unreadable_tables(reader)
                assert hidden == [Name(schema="public", name="Se.cret*")]
                pg_dump = find_binaries().pg_dump
                assert pg_dump is not None
                script, gaps = dump_schema(pg_dump, reader, without=hidden)
        finally:
            admin.execute('drop table "Se.cret*"')
    assert "orders" in script
    assert "Se.cret" not in script
    assert [gap.name for gap in gaps] == ['public."Se.cret*"']


def test_a_snapshot_comes_back_from_its_file_as_it_was(shop, tmp_path):
    source, _ = shop
    snapshot = snapshot_of(source.server, source.name, source.connection)
    path = tmp_path / "a folder" / "shop.twin"
    path.parent.mkdir()
    assert snapshots.write(snapshot, path) == path.stat().st_size
    assert snapshots.read(path) == snapshot


def test_columns_of_domains_are_estimated_as_the_source_does(database):
    source = database(
        "create domain amount as numeric(10, 2) check (value >= 0)",
        "create domain code as text check (value ~ '^[a-z]')",
        "create domain plain as int",
        "create table item (price amount, word code not null, number plain, numbers plain[], codes code[])",
        """insert into item
           select i % 500, case when i % 3 = 0 then 'often' else 'w' || i end, i % 70, array[i % 9, i % 5],
                  array['c' || i % 9] from generate_series(1, 20000) i""",
        "create index item_word on item (word)",
        "create index item_price on item (price)",
        "vacuum analyze",
    )
    twin = twins.build(source.server, snapshot_of(source.server, source.name, source.connection), database="domains")
    try:
        query = "select * from pg_stats where schemaname = 'public' and attname <> 'codes' order by attname"
        with psycopg.connect(twin.server.url(twin.database), autocommit=True) as connection:
            assert connection.execute(query).fetchall() == source.connection.execute(query).fetchall()
        # An array of a domain with a check cannot be read without running the check.
        assert [gap.name for gap in twin.gaps] == ["public.item.codes"]
        queries = (
            "select * from item where price between 250 and 300",
            "select * from item where price = 7 and number = 60",
            "select * from item where word = 'often'",
            "select * from item where word between 'w15' and 'w16' order by word limit 3",
            "select a.word from item a join item b on a.word = b.word where b.price between 300 and 400",
            "select * from item where numbers @> '{3}'",
            "select number, count(*) from item group by 1",
        )
        assert_same_plans(source.connection, twin, queries)
    finally:
        twin.close()
