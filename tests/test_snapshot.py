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
from dbarchitect.model.facts import Facts, IndexFacts, TableFacts
from dbarchitect.model.names import Name
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index, IndexKey, Relational, Table
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
    redacted = redact(snapshot, normalize=normalize)
    path = tmp_path / "redacted.twin"
    snapshots.write(redacted, path)
    with zipfile.ZipFile(path) as archive:
        text = "\n".join(archive.read(name).decode() for name in archive.namelist())
    for column in ("name", "email", "token", "salary", "seen"):
        values = [str(row[0]) for row in source.connection.execute(f"select distinct {column} from person").fetchall()]
        kept = [value for value in values if f'"{value}' in text or f'\\"{value}' in text or f'{value}\\"' in text]
        # Numbers and moments move a little; a few may land on another person's by chance.
        assert len(kept) < (1 if column in ("name", "email", "token") else 60), (column, kept[:5])
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
