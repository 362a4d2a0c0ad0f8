"""The plans of the year after next: a snapshot whose tables are multiplied.

Pages and rows of a table and of its indexes grow by the table's factor. Column statistics stay: a distinct count that
PostgreSQL keeps as a share of the rows (below 0) grows with them, one it keeps as a number does not. B-tree heights
are estimated anew.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.errors import InputError
from dbarchitect.model.facts import IndexFacts, TableFacts


def scale(snapshot: Snapshot, factors: Mapping[str, float]) -> Snapshot:
    """`factors` by table: its name, with schema where it is not `public`; "*" for all others.

    Raises `InputError` for a table that is not there, or a snapshot without sizes.
    """
    replaced = msgspec.structs.replace
    facts = snapshot.schema.facts
    if facts is None or not facts.tables:
        raise InputError("this twin has no sizes to scale", hint="take it from a live database, or give --rows")
    names = {relation.name.short: str(relation.name) for relation in (*snapshot.schema.tables, *snapshot.schema.views)}
    wanted: dict[str, float] = {}
    for name, factor in factors.items():
        if name == "*":
            continue
        key = name if name in facts.tables else names.get(name)
        if key is None or key not in facts.tables:
            raise InputError(f"there is no table {name} in this twin", hint="dba twin info shows its tables")
        wanted[key] = factor
    everything = factors.get("*", 1.0)
    table_of = {
        str(index.name): str(relation.name)
        for relation in (*snapshot.schema.tables, *snapshot.schema.views)
        for index in relation.indexes
    }

    def factor_of(table: str) -> float:
        return wanted.get(table, everything)

    tables = {key: _table(one, factor_of(key)) for key, one in facts.tables.items()}
    indexes = {key: _index(one, factor_of(table_of.get(key, ""))) for key, one in facts.indexes.items()}
    total = dict(snapshot.manifest.scale)
    for key in facts.tables:
        if factor_of(key) != 1:
            total[key] = total.get(key, 1.0) * factor_of(key)
    return replaced(
        snapshot,
        manifest=replaced(snapshot.manifest, scale=total),
        schema=replaced(snapshot.schema, facts=replaced(facts, tables=tables, indexes=indexes)),
    )


def _times(value: int | None, factor: float) -> int | None:
    return None if value is None else max(1, round(value * factor)) if value else value


def _table(one: TableFacts, factor: float) -> TableFacts:
    if factor == 1:
        return one
    heap_pages = None if one.heap_bytes is None else _times(one.heap_bytes // 8192, factor)
    return msgspec.structs.replace(
        one,
        rows=None if one.rows is None else one.rows * factor,
        pages=_times(one.pages, factor) or 0,
        all_visible_pages=_times(one.all_visible_pages, factor) or 0,
        all_frozen_pages=_times(one.all_frozen_pages, factor),
        heap_bytes=None if heap_pages is None else heap_pages * 8192,
        total_bytes=_times(one.total_bytes, factor),
        live_rows=_times(one.live_rows, factor),
    )


def _index(one: IndexFacts, factor: float) -> IndexFacts:
    if factor == 1:
        return one
    blocks = None if one.bytes is None else _times(one.bytes // 8192, factor)
    return msgspec.structs.replace(
        one,
        rows=None if one.rows is None else one.rows * factor,
        pages=_times(one.pages, factor) or 0,
        bytes=None if blocks is None else blocks * 8192,
        height=None,
    )
