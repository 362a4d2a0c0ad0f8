"""What a design says that its tables take on disk, beside what a server takes for rows that were made up for it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from dbarchitect.api.design import read_spec
from dbarchitect.design.draft import Column
from dbarchitect.design.profile import profile_of
from dbarchitect.design.statements import script
from dbarchitect.design.storage import row_width, size_of
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres import lab
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server
from dbarchitect.model.facts import Facts
from dbarchitect.prove.architecture import packed
from dbarchitect.prove.declared import expected, full_name, lab_rows
from dbarchitect.sql.script import split_script

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Rows of each lab: as few as say something; vectors are slow to index, and partitions need many to be filled at all.
ROWS = {"fleet": 60_000, "support_bot": 300}
CASES = [
    *sorted((ROOT / "examples").glob("*/brief.md")),
    ROOT / "tests" / "cases" / "briefs" / "unseen" / "startup_pitch.md",
    ROOT / "tests" / "cases" / "briefs" / "fresh" / "consultant.md",
]
_COUNT = 'SELECT count(*) FROM public."{}"'
_SIZES = """
    SELECT pg_relation_size(oid) AS heap, pg_total_relation_size(oid) AS total FROM pg_class
    WHERE relkind = 'r' AND (relname = %s OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = %s::regclass))
"""


@pytest.mark.parametrize("path", CASES, ids=[f"{one.parent.name}-{one.stem}" for one in CASES])
def test_the_estimate_is_within_fifteen_percent_of_the_server(path: Path, server: Server) -> None:
    draft, rows = designed(read_spec(path), now=NOW)
    name = f"storage_{path.parent.name}_{path.stem}"
    server.create_database(name)
    try:
        assert load(server, name, split_script(script(draft, "x"), "schema.sql")) == ()
        with closing(server.connect(name)) as admin, closing(server.connect(name)) as owner:
            schema = inspect(admin)
            budget = ROWS.get(path.parent.name, 2000)
            wanted = lab_rows({one: found.now for one, found in rows.items()}, budget)
            wanted = {full_name(one): min(count, budget) for one, count in wanted.items()}
            told = Facts(origin="declared", columns=expected(draft))
            lab.fill(owner, replace(schema, facts=told), admin=admin, rows=wanted, budget_rows=budget, seed=0)
            packed(owner)
            made = {one: float(owner.execute(_COUNT.format(one)).fetchone()[0]) for one in draft.tables}
            real = {one: owner.execute(_SIZES, (one, f'public."{one}"')).fetchall() for one in draft.tables}
        sizes = {one: size_of(draft, table, made) for one, table in draft.tables.items()}
        said, is_ = sum(one.total for one in sizes.values()), sum(float(row[1]) for one in real.values() for row in one)
        assert 0.85 < said / is_ < 1.15, (said, is_)
        heap, is_heap = (
            sum(one.heap for one in sizes.values()),
            sum(float(row[0]) for one in real.values() for row in one),
        )
        assert 0.85 < heap / is_heap < 1.15, (heap, is_heap)
    finally:
        server.drop_database(name)


def column(name: str, type_: str, width: float, *, not_null: bool = True) -> Column:
    return Column(name=name, type=type_, sample="", width=width, not_null=not_null)


@pytest.mark.parametrize(
    ("columns", "bytes_"),
    [
        # 24 of header; 8 + 4, padded to 8, + 8: what pg_column_size(row) gives is 24 + 24
        ([column("a", "bigint", 8), column("b", "integer", 4), column("c", "bigint", 8)], 48),
        ([column("a", "boolean", 1), column("b", "uuid", 16)], 48),
        ([column("a", "smallint", 2), column("b", "integer", 4), column("c", "timestamptz", 8)], 40),
    ],
)
def test_rows_are_padded_as_the_server_does(columns: list[Column], bytes_: float) -> None:
    assert row_width(columns) == (bytes_, [])


def test_long_values_are_kept_beside_the_table() -> None:
    width, long = row_width([column("id", "bigint", 8), column("embedding", "vector(1536)", 6152)])
    assert long == [6152] and width < 80


def test_the_choice_and_the_design_say_the_same_size() -> None:
    spec = read_spec(ROOT / "examples" / "support_bot" / "brief.md")
    draft, rows = designed(spec, now=NOW)
    later = {name: one.later for name, one in rows.items()}
    said = {draft.by_entity[one.entity] for one in spec.volumes}
    total = sum(size_of(draft, draft.tables[name], later).total for name in said)
    assert profile_of(spec).bytes_later == pytest.approx(total, rel=0.15)
