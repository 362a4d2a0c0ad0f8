"""The `.twin` file: what a reader accepts and refuses, redaction, scale."""

from __future__ import annotations

import json
import random
import zipfile

import msgspec
import pytest

from dbarchitect.engines.postgres import twin as twins
from dbarchitect.engines.postgres.arrays import format_array, parse_array
from dbarchitect.engines.postgres.explain import explain
from dbarchitect.engines.postgres.twin import snapshot as snapshots
from dbarchitect.engines.postgres.twin.redact import redact
from dbarchitect.engines.postgres.twin.scale import scale
from dbarchitect.engines.postgres.twin.snapshot import Manifest, Snapshot
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.facts import ColumnStatistics, Facts, IndexFacts, TableFacts
from dbarchitect.model.names import Name
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index, IndexKey, PartitionOf, Relational, Table
from dbarchitect.sql.parse import normalize
from test_twin import assert_same_plans, snapshot_of

PEOPLE = (
    "create type mood as enum ('good', 'bad')",
    """create table person (
        id int primary key, name text not null, email varchar(80) not null, born date not null, salary numeric(10, 2),
        seen timestamptz, token uuid, feeling mood not null, city text not null, data jsonb, tags text[])""",
    """insert into person
       select i, 'Name ' || md5(i::text), 'm' || md5((i * 3)::text) || '@example.org', date '1950-01-01' + i % 20000,
              1000 + i % 7919, timestamptz '2024-01-01 00:00+00' + i * interval '1 minute', md5((i * 7)::text)::uuid,
              case when i % 9 = 0 then 'bad' else 'good' end::mood, (array['Berlin', 'Paris', 'Rome'])[1 + i % 3],
              jsonb_build_object('secret', 'hidden' || i), array['private' || i % 4]
       from generate_series(1, 30000) i""",
    "create index person_name on person (name)",
    "create index person_born on person (born)",
    "vacuum analyze",
)
ABOUT_PEOPLE = (
    "select * from person where name = 'nobody'",
    "select * from person where city = 'Rome'",
    "select * from person where feeling = 'bad'",
    "select city, count(*) from person group by city",
    "select * from person where born between '1980-01-01' and '1980-02-01'",
    "select * from person where salary > 8000",
    "select * from person order by name limit 10",
    "select * from person a join person b on a.email = b.name",
)


def small(**more: object) -> Snapshot:
    table = Table(
        name=Name(schema="public", name="t"),
        indexes=(
            Index(
                name=Name(schema="public", name="t_i"),
                table=Name(schema="public", name="t"),
                keys=(IndexKey(column="a"),),
            ),
        ),
    )
    facts = Facts(
        tables={"public.t": TableFacts(rows=1000.0, pages=10, heap_bytes=10 * 8192, live_rows=1000)},
        indexes={"public.t_i": IndexFacts(rows=1000.0, pages=5, bytes=5 * 8192, height=1)},
    )
    manifest = Manifest(format=snapshots.FORMAT, product="test", source="here")
    return Snapshot(manifest=manifest, schema=Relational(tables=(table,), facts=facts), script="select 1;\n", **more)


def test_a_file_that_is_cut_anywhere_is_refused_in_one_line(tmp_path):
    whole = tmp_path / "whole.twin"
    snapshots.write(small(), whole)
    data = whole.read_bytes()
    cut = tmp_path / "cut.twin"
    for length in range(0, len(data), 17):
        cut.write_bytes(data[:length])
        with pytest.raises(InputError, match="damaged or not a twin") as caught:
            snapshots.read(cut)
        assert "\n" not in caught.value.message


def test_flipped_bytes_are_noticed(tmp_path):
    whole = tmp_path / "whole.twin"
    snapshot = small()
    snapshots.write(snapshot, whole)
    data = whole.read_bytes()
    randomness = random.Random(7)
    damaged = tmp_path / "damaged.twin"
    refused = 0
    for _ in range(300):
        place = randomness.randrange(len(data))
        damaged.write_bytes(data[:place] + bytes([data[place] ^ (1 << randomness.randrange(8))]) + data[place + 1 :])
        try:
            # Bytes that carry no content (times, attributes) may differ; the content may not.
            assert snapshots.read(damaged) == snapshot
        except InputError:
            refused += 1
    assert refused > 100


def test_random_bytes_are_no_twin(tmp_path):
    path = tmp_path / "random.twin"
    for seed in range(50):
        path.write_bytes(random.Random(seed).randbytes(seed * 40))
        with pytest.raises(InputError, match="damaged or not a twin"):
            snapshots.read(path)


def test_other_zips_and_newer_formats_are_told_apart(tmp_path):
    path = tmp_path / "other.twin"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(InputError, match="not a twin: it has no manifest"):
        snapshots.read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps({"format": 99, "product": "dbarchitect 9.0.0", "new": 1}))
    with pytest.raises(InputError, match=r"twin format 99 \(written by dbarchitect 9.0.0\).*up to format 1") as caught:
        snapshots.read(path)
    assert "upgrade" in caught.value.hint
    with pytest.raises(InputError, match="there is no file"):
        snapshots.read(tmp_path / "absent.twin")
    with pytest.raises(InputError, match="cannot read"):
        snapshots.read(tmp_path)


def test_a_nul_character_is_damage_and_an_escaped_backslash_is_not(tmp_path):
    path = tmp_path / "nul.twin"
    plain = small(workload=Workload(queries=(Query(id="1", sql=r"select '\u0000'", calls=1),)))
    snapshots.write(plain, path)
    assert snapshots.read(path) == plain
    for snapshot in (
        small(workload=Workload(queries=(Query(id="1", sql="select '\0'", calls=1),))),
        msgspec.structs.replace(small(), script="select 1;\0"),
    ):
        snapshots.write(snapshot, path)
        with pytest.raises(InputError, match="NUL character"):
            snapshots.read(path)


def test_members_of_later_versions_are_ignored(tmp_path):
    path = tmp_path / "more.twin"
    snapshot = small(workload=Workload(queries=(Query(id="1", sql="select 1", calls=3),)))
    snapshots.write(snapshot, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("later.json", "{}")
    assert snapshots.read(path) == snapshot


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    with pytest.raises(SurroundingsError, match="cannot write"):
        snapshots.write(small(), tmp_path / "no such folder" / "x.twin")
    target = tmp_path / "x.twin"
    target.mkdir()
    with pytest.raises(SurroundingsError, match="cannot write"):
        snapshots.write(small(), target)
    assert [path.name for path in tmp_path.iterdir()] == ["x.twin"]


def test_scaling_multiplies_tables_with_their_indexes():
    scaled = scale(small(), {"t": 100})
    facts = scaled.schema.facts
    assert facts.tables["public.t"] == TableFacts(rows=1e5, pages=1000, heap_bytes=1000 * 8192, live_rows=100_000)
    assert facts.indexes["public.t_i"] == IndexFacts(rows=1e5, pages=500, bytes=500 * 8192)
    assert scaled.manifest.scale == {"public.t": 100}
    assert scale(scaled, {"*": 2}).manifest.scale == {"public.t": 200}
    assert scale(small(), {"public.t": 1}) == small()
    with pytest.raises(InputError, match="no table nothing"):
        scale(small(), {"nothing": 2})


def test_scaling_a_partitioned_table_multiplies_its_partitions_at_every_level():
    def name(text: str) -> Name:
        return Name(schema="public", name=text)

    below = {"b": "a", "c": "b", "d": "b", "e": "a"}
    tables = tuple(
        Table(
            name=name(one),
            kind="partitioned" if one in "ab" else "ordinary",
            partition_of=PartitionOf(parent=name(below[one]), bound="DEFAULT") if one in below else None,
        )
        for one in "abcdef"
    )
    sizes = {f"public.{one}": TableFacts(rows=100.0, pages=-1 if one in "ab" else 8) for one in "abcdef"}
    snapshot = msgspec.structs.replace(small(), schema=Relational(tables=tables, facts=Facts(tables=sizes)))
    scaled = scale(snapshot, {"a": 10, "d": 3})
    facts = scaled.schema.facts.tables
    assert [facts[f"public.{one}"].pages for one in "abcdef"] == [-1, -1, 80, 24, 80, 8]
    assert [facts[f"public.{one}"].rows for one in "abcdef"] == [1000, 1000, 1000, 300, 1000, 100]
    assert scaled.manifest.scale == {f"public.{one}": 3 if one == "d" else 10 for one in "abcde"}
    others = scale(snapshot, {"*": 2, "b": 5}).schema.facts.tables
    assert [others[f"public.{one}"].pages for one in "abcdef"] == [-1, -1, 40, 40, 16, 16]


def test_a_factor_past_what_a_server_can_have_is_refused_and_the_largest_one_can_be_read(tmp_path):
    with pytest.raises(InputError, match=r"public\.t times 1e\+09") as refused:
        scale(small(), {"t": 1e9})
    largest = int(refused.value.hint.split()[-1])
    scaled = scale(small(), {"t": largest})
    snapshots.write(scaled, tmp_path / "large.twin")
    assert snapshots.read(tmp_path / "large.twin") == scaled
    assert 2**31 > scaled.schema.facts.tables["public.t"].pages > 2**31 - 20
    with pytest.raises(InputError, match="larger than any table"):
        scale(small(), {"t": largest + 1})
    index = IndexFacts(rows=1.0, pages=2**30)
    facts = msgspec.structs.replace(small().schema.facts, indexes={"public.t_i": index})
    snapshot = msgspec.structs.replace(small(), schema=msgspec.structs.replace(small().schema, facts=facts))
    with pytest.raises(InputError) as refused:
        scale(snapshot, {"t": 2})
    assert refused.value.hint.endswith(" 1.99")


def test_a_scaled_twin_plans_for_the_larger_tables(database):
    source = database(*PEOPLE)
    snapshot = scale(snapshot_of(source.server, source.name, source.connection), {"person": 1000})
    twin = twins.build(source.server, snapshot, database="scaled twin")
    try:
        query = "select count(*) from person where salary > 8000"
        assert "Gather" not in explain(source.connection, query).root.shape  # no parallel plan for 30,000 rows
        assert "Gather" in twin.explain(query).root.shape
        rows = twin.explain("select * from person").root.rows
        assert rows == pytest.approx(3e7)
        assert twin.explain("select * from person where id = 3").root.rows == 1
    finally:
        twin.close()


@pytest.fixture
def people(database):
    source = database(*PEOPLE)
    return source, snapshot_of(source.server, source.name, source.connection)


def test_redaction_leaves_no_value_that_could_name_anybody(people, tmp_path):
    source, snapshot = people
    workload = Workload(queries=(Query(id="1", sql="select * from person where email = 'ada@example.org'", calls=1),))
    snapshot = msgspec.structs.replace(snapshot, workload=workload)
    assert snapshot.schema.facts.trusted is not None
    redacted = redact(snapshot, normalize=normalize)
    assert redacted.schema.facts.trusted is None  # addresses
    path = tmp_path / "redacted.twin"
    snapshots.write(redacted, path)
    with zipfile.ZipFile(path) as archive:
        text = "\n".join(archive.read(name).decode() for name in archive.namelist())
    for column in ("name", "email", "token"):
        values = [row[0] for row in source.connection.execute(f"select distinct {column}::text from person").fetchall()]
        assert [value for value in values if value in text] == [], column
    for secret in ("ada@example.org", "hidden1", "private1"):
        assert secret not in text
    assert "Berlin" in text  # a vocabulary that thousands share
    assert redacted.manifest.redacted
    assert {gap.name for gap in redacted.manifest.gaps} == {"public.person.data", "public.person.tags"}


def test_a_redacted_twin_plans_like_the_source(people, tmp_path):
    source, snapshot = people
    path = tmp_path / "elsewhere" / "redacted.twin"
    path.parent.mkdir()
    snapshots.write(redact(snapshot, normalize=normalize), path)
    twin = twins.build(source.server, snapshots.read(path), database="redacted twin")
    exact = twins.build(source.server, snapshot, database="exact twin")
    try:
        assert_same_plans(source.connection, exact, ABOUT_PEOPLE)
        for query in ABOUT_PEOPLE:
            own, there = exact.explain(query), twin.explain(query)
            assert there.root.shape == own.root.shape, query
            # A range inside one bin of a histogram moves with the bin's bounds.
            assert there.cost == pytest.approx(own.cost, rel=0.25), query
    finally:
        twin.close()
        exact.close()


def test_redaction_keeps_order_and_length(people):
    source, snapshot = people
    redacted = redact(snapshot, normalize=normalize)
    before = {one.column: one for one in snapshot.schema.facts.columns["public.person"]}
    after = {one.column: one for one in redacted.schema.facts.columns["public.person"]}
    for column, type_ in (
        ("name", "text"),
        ("born", "date"),
        ("salary", "numeric"),
        ("seen", "timestamptz"),
        ("id", "int"),
    ):
        bounds = after[column].histogram_bounds
        (ordered,) = source.connection.execute(
            f"select array_agg(v order by place) = array_agg(v order by v) "
            f"from unnest(%s::{type_}[]) with ordinality u(v, place)",
            [bounds],
        ).fetchone()
        assert ordered, column
        assert bounds != before[column].histogram_bounds
    lengths = [[len(value) for value in parse_array(one["name"].histogram_bounds)] for one in (before, after)]
    assert lengths[0] == lengths[1]
    assert after["feeling"] == before["feeling"]
    assert after["city"] == before["city"]


# None of these columns is a vocabulary: either more than 1,000 values, or fewer than 100 rows each.
MEASURES = (
    """create table measure (
        salary numeric(10, 2), born date, seen timestamp, at timestamptz, latitude numeric(9, 6), free numeric,
        near float8, single float4, whole float8, year int, small int2, wide int4, huge int8, handle oid,
        coarse numeric(6, -2))""",
    """insert into measure
       select 1000 + i % 3919, date '1950-01-01' + i * 7 % 20000, timestamp '2024-01-01' + i * interval '1 minute',
              timestamptz '2024-03-01 00:00+00' + i * interval '7.25 seconds', 52.5 + (i * 37 % 4001) * 0.000001,
              sqrt(i::numeric), 1 + (i % 4001) * 2.220446049250313e-16, (1 + (i % 3001) * 1e-6)::float4,
              1940 + i % 66, 1940 + i % 66, i % 3001 - 1500, 2147483647 - i % 4001, 9223372036854775807 - i % 4001,
              4294967295 - i % 4001, (i % 1901) * 100
       from generate_series(1, 4001) i""",
    "alter table measure alter wide set statistics 1000",
    "vacuum analyze",
)


def shared_by_chance(true: list[str], randomness: random.Random) -> float:
    """How many places of a column's samples hold their own value after a shuffle, at most, in 20 shuffles."""
    return max(sum(a == b for a, b in zip(true, randomness.sample(true, len(true)), strict=True)) for _ in range(20))


def samples(one: ColumnStatistics) -> list[str]:
    return parse_array(one.most_common_values) + parse_array(one.histogram_bounds)


@pytest.mark.parametrize("seed", range(5))
def test_redacted_numbers_and_moments_are_others_in_the_same_order(database, seed):
    source = database(*MEASURES)
    snapshot = snapshot_of(source.server, source.name, source.connection)
    types = {column.name: column.type.sql for column in snapshot.schema.tables[0].columns}
    redacted = redact(snapshot, normalize=normalize, seed=seed)
    assert redacted.manifest.gaps == snapshot.manifest.gaps
    before = {one.column: one for one in snapshot.schema.facts.columns["public.measure"]}
    after = {one.column: one for one in redacted.schema.facts.columns["public.measure"]}
    assert set(before) == set(types)
    for column, type_ in types.items():
        true, stand_ins = samples(before[column]), samples(after[column])
        assert len(stand_ins) == len(true) > 60, column
        # Dense values (66 years) can only become each other, so what counts is a place that holds its own value.
        # Who redacted by shuffling would leave a few there by chance; a value that moves leaves none.
        own = sum(a == b for a, b in zip(true, stand_ins, strict=True))
        assert own <= shared_by_chance(true, random.Random(seed)), (column, own)
        # The server reads every value, as the column's own type; order and distinctness are those of the originals.
        query = f"""
            select array_agg(place order by v, place), count(distinct v), count(distinct v::{type_})
            from unnest(%s::text[]::{type_}[]) with ordinality u(v, place)"""
        truth = source.connection.execute(query, [true]).fetchone()
        assert source.connection.execute(query, [stand_ins]).fetchone() == truth, column
    # Where there is room, a stand-in is nobody's: not one of the samples.
    for column in ("seen", "at", "free"):
        assert not set(samples(before[column])) & set(samples(after[column])), column


def test_a_redacted_twin_takes_every_type_and_plans_alike(database):
    source = database(*MEASURES)
    snapshot = snapshot_of(source.server, source.name, source.connection)
    exact = twins.build(source.server, snapshot, database="exact measures")
    twin = twins.build(source.server, redact(snapshot, normalize=normalize), database="redacted measures")
    try:
        assert twin.gaps == exact.gaps
        for condition in ("year > 1980", "latitude > 52.502", "seen < '2024-01-02'", "salary between 2000 and 3000"):
            query = f"select * from measure where {condition}"
            assert twin.explain(query).root.shape == exact.explain(query).root.shape
            assert twin.explain(query).cost == pytest.approx(exact.explain(query).cost, rel=0.25)
            assert twin.explain(query).root.rows == pytest.approx(exact.explain(query).root.rows, rel=0.25)
    finally:
        twin.close()
        exact.close()


def test_the_ends_of_time_and_of_types_are_redacted(database):
    source = database(
        "create table ends (d date, t timestamp, z timestamptz, f float8, g float4, n int4, o oid, m numeric(4, 2))",
        "set extra_float_digits = 3",
        """insert into ends select d, d, d, f, g, n, o, m from generate_series(1, 2) again, (values
           (date '4714-11-24 BC', -1.7976931348623157e308, -3.4028235e38::float4, -2147483648, 0::oid, -99.99),
           ('0044-03-15 BC', -5e-324, -1e-45, -1, 1, 0), ('0001-01-01', 0, 0, 0, 7, 0.01),
           ('1999-02-03', 1, 1, 9, 8, 3),
           ('9999-12-31', 1.7976931348623157e308, 3.4028235e38, 2147483647, 4294967295, 99.99)) v(d, f, g, n, o, m)""",
        "insert into ends (d, t, z) select d, d, d from generate_series(1, 2), (values (date 'infinity')) v(d)",
        "vacuum analyze",
    )
    snapshot = snapshot_of(source.server, source.name, source.connection)
    redacted = redact(snapshot, normalize=normalize)
    facts = zip(*(one.schema.facts.columns["public.ends"] for one in (snapshot, redacted)), strict=True)
    for before, after in facts:
        true, stand_ins = samples(before), samples(after)
        assert len(true) >= 5
        if before.column in ("f", "g"):  # the least float next to 0 may have no room
            assert not set(true) & set(stand_ins)
            assert len(stand_ins) >= 3
        else:
            pairs = zip(true, stand_ins, strict=True)
            assert {a for a, b in pairs if a == b} <= {"infinity"}, before.column
    twins.build(source.server, redacted, database="ends twin").close()


def test_a_number_wedged_between_kept_ones_is_left_out_and_named(database):
    source = database(
        "create table code (c int)",
        "insert into code select c from generate_series(1, 9) c, generate_series(1, 500) again where c <> 5",
        "insert into code select 5 from generate_series(1, 90)",
        "vacuum analyze",
    )
    snapshot = snapshot_of(source.server, source.name, source.connection)
    redacted = redact(snapshot, normalize=normalize)
    (before,), (after,) = (one.schema.facts.columns["public.code"] for one in (snapshot, redacted))
    assert set(samples(before)) - set(samples(after)) == {"5"}
    assert len(after.most_common_frequencies) == len(parse_array(after.most_common_values)) == 8
    assert [(gap.name, gap.effect) for gap in redacted.manifest.gaps] == [
        ("public.code.c", "1 of 9 sample values left out: redacted")
    ]


def test_a_snapshot_without_facts_is_redacted_too():
    workload = Workload(queries=(Query(id="1", sql="select 1 from t where a = 'ada'", calls=1, parameters=("'ada'",)),))
    snapshot = small(workload=workload)
    snapshot = msgspec.structs.replace(snapshot, schema=msgspec.structs.replace(snapshot.schema, facts=None))
    redacted = redact(snapshot, normalize=normalize)
    assert redacted.schema.facts is None
    assert redacted.manifest.redacted
    assert redacted.manifest.source == "redacted"
    assert redacted.workload.queries[0].sql == "select $1 from t where a = $2"
    assert redacted.workload.queries[0].parameters == ()


@pytest.mark.parametrize(
    "values", [[], ["a"], ['quo"te', "back\\slash", "com,ma", "{brace}", " space ", ""], ["NULL", "ü€"]]
)
def test_array_literals_come_back(values, server):
    literal = format_array(values)
    assert parse_array(literal) == values
    with server.connect() as connection:
        (out, text) = connection.execute("select %s::text[], %s::text[]::text", [literal, literal]).fetchone()
    assert out == values
    assert parse_array(text) == values
