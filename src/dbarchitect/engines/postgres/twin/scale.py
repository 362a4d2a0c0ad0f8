"""The plans of the year after next: a snapshot whose tables are multiplied.

Pages and rows of a table and of its indexes grow by the table's factor. Column statistics stay: a distinct count that
PostgreSQL keeps as a share of the rows (below 0) grows with them, one it keeps as a number does not. B-tree heights
are estimated anew. A partitioned table's rows are its partitions', so its factor is theirs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

from dbarchitect.engines.postgres.twin.snapshot import MOST_BYTES, MOST_ROWS, MOST_TOTAL_BYTES, Snapshot
from dbarchitect.errors import InputError
from dbarchitect.model.facts import IndexFacts, TableFacts


def scale(snapshot: Snapshot, factors: Mapping[str, float]) -> Snapshot:
    """`factors` by table: its name, with schema where it is not `public`; "*" for all others. Partitions that are
    not named themselves have the factor of what they are partitions of.

    Raises `InputError` for a table that is not there, a snapshot without sizes, or sizes past what a server can have.
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
    parents = {
        str(table.name): str(table.partition_of.parent) for table in snapshot.schema.tables if table.partition_of
    }
    table_of = {
        str(index.name): str(relation.name)
        for relation in (*snapshot.schema.tables, *snapshot.schema.views)
        for index in relation.indexes
    }

    def factor_of(table: str) -> float:
        while table not in wanted and table in parents:
            table = parents[table]
        return wanted.get(table, everything)

    indexes_of: dict[str, list[IndexFacts]] = {}
    for key, index in facts.indexes.items():
        indexes_of.setdefault(table_of.get(key, key), []).append(index)
    for key in facts.tables | indexes_of:
        _refuse_impossible(key, factor_of(key), facts.tables.get(key, TableFacts()), indexes_of.get(key, ()))
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


def _refuse_impossible(name: str, factor: float, table: TableFacts, indexes: Iterable[IndexFacts]) -> None:
    """Raise `InputError` where the factor makes a size or count that no server has, and no reader of the file takes."""
    pages: list[int] = [table.pages, table.all_visible_pages, (table.heap_bytes or 0) // 8192]
    rows = [table.rows or 0.0]
    for index in indexes:
        pages += (index.pages, (index.bytes or 0) // 8192)
        rows.append(index.rows or 0.0)
    bounded = [
        (max(pages), MOST_BYTES // 8192),
        (table.total_bytes or 0, MOST_TOTAL_BYTES),
        (max(rows), MOST_ROWS),
    ]
    largest = min(((limit - 1) / value for value, limit in bounded if value > 0), default=math.inf)
    if factor != 1 and factor > largest:
        shown = math.floor(largest) if largest >= 100 else math.floor(largest * 100) / 100
        raise InputError(
            f"{name} times {factor:g} is larger than any table that PostgreSQL can have",
            hint=f"its largest possible factor is {shown}",
        )


def _times(value: int | None, factor: float) -> int | None:
    # Not what is empty; nor the -1 pages of a partitioned table that was analysed.
    return value if value is None or value <= 0 else max(1, round(value * factor))


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
