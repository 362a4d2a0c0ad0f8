"""A twin at declared volumes: statistics and page counts of made-up rows, carried to as many as are expected."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from dbarchitect.design.draft import Column, Draft, Table
from dbarchitect.design.shares import Spread
from dbarchitect.design.storage import NULLS
from dbarchitect.engines.postgres.arrays import format_array
from dbarchitect.engines.postgres.twin.scale import scale
from dbarchitect.engines.postgres.twin.snapshot import MOST_BYTES, MOST_TOTAL_BYTES, Snapshot
from dbarchitect.model.facts import ColumnStatistics, Facts
from dbarchitect.model.names import Name

_WHOLE = 1_000.0  # rows up to which a table is not made smaller
_SHARE = 0.1  # of the rows, from which on ANALYZE keeps the share (analyze.c)
_LONG = 100.0  # bytes from which a text is more than a name or a code
_ROOM = 0.8  # of the largest size that a server has


def lab_rows(rows: Mapping[str, float], budget: int) -> dict[str, int]:
    """Rows for a lab of `budget` rows over all tables: small tables whole, the others all by one factor."""
    total = sum(rows.values())
    factor = min(1.0, budget / total) if total else 1.0
    return {name: round(min(count, max(_WHOLE, count * factor))) for name, count in rows.items()}


def expected(draft: Draft) -> dict[str, tuple[ColumnStatistics, ...]]:
    """What the lab's columns shall be like, by table. Long texts and documents are as long as the design assumes, no
    two the same: else a lab makes them a few words long, and its tables are smaller than real ones. Columns of states
    have each of them in as many rows as the design assumes."""
    found: dict[str, tuple[ColumnStatistics, ...]] = {}
    for table in draft.tables.values():
        told = [
            one if (spread := draft.spreads.get((table.name, column.name))) is None else _spread_over(spread, column)
            for column in table.columns
            if not column.generated
            for one in (_long_text(column),)
        ]
        known = tuple(one for one in told if one is not None)
        if known:
            found[full_name(table.name)] = known
    return found


def _long_text(column: Column) -> ColumnStatistics | None:
    if column.type not in ("text", "jsonb") or column.width < _LONG:
        return None
    return ColumnStatistics(
        column=column.name,
        average_width=round(column.width) + 4,
        null_fraction=0.0 if column.not_null else NULLS,
        n_distinct=-1.0,
    )


def _spread_over(spread: Spread, column: Column) -> ColumnStatistics:
    parts = {value: part for value, part in spread.parts.items() if part > 0}
    return ColumnStatistics(
        column=column.name,
        null_fraction=0.0 if column.not_null else spread.missing,
        average_width=round(column.width),
        n_distinct=float(len(parts)) if parts else spread.missing - 1,
        most_common_values=format_array(tuple(parts)) if parts else None,
        most_common_frequencies=tuple(parts.values()) if parts else None,
    )


def full_name(table: str) -> str:
    """The key of a table of a design in facts and options."""
    return str(Name(schema="public", name=table))


def declared(
    snapshot: Snapshot, draft: Draft, lab: Mapping[str, float], rows: Mapping[str, float]
) -> tuple[Snapshot, dict[str, float]]:
    """The snapshot of a lab with `lab` rows by table as it is with `rows` rows; and the tables that had to be planned
    smaller, with the rows that they got.

    Distinct values of a reference grow with what it refers to: those of a lab would stay as few as its parents are.
    """
    facts = snapshot.schema.facts
    assert facts is not None
    factors: dict[str, float] = {}
    capped: dict[str, float] = {}
    for name in draft.tables:
        made = max(lab.get(name, 0.0), 1.0)
        factor = rows[name] / made
        most = _largest(facts, snapshot, name)
        if factor > most:
            factor = most
            capped[name] = made * factor
        factors[full_name(name)] = factor
    grown = scale(snapshot, factors)
    after = grown.schema.facts
    assert after is not None
    columns = dict(after.columns)
    for table in draft.tables.values():
        key = full_name(table.name)
        if key in columns:
            columns[key] = tuple(_spread(one, table, rows) for one in columns[key])
    after = replace(after, columns=columns, origin="declared")
    return replace(grown, schema=replace(grown.schema, facts=after)), capped


def _largest(facts: Facts, snapshot: Snapshot, name: str) -> float:
    """The factor by which a table may grow before it, or an index of it, is larger than any can be."""
    table = next((one for one in snapshot.schema.tables if one.name.name == name), None)
    if table is None:
        return 1.0
    relations = [
        table,
        *(one for one in snapshot.schema.tables if one.partition_of and one.partition_of.parent == table.name),
    ]
    found = [float("inf")]
    for one in relations:
        size = facts.tables.get(str(one.name))
        if size is not None and size.heap_bytes:
            found.append(MOST_BYTES / size.heap_bytes)
        if size is not None and size.total_bytes:
            found.append(MOST_TOTAL_BYTES / size.total_bytes)
        for index in one.indexes:
            there = facts.indexes.get(str(index.name))
            if there is not None and there.bytes:
                found.append(MOST_BYTES / there.bytes)
    return min(found) * _ROOM


def _spread(one: ColumnStatistics, table: Table, rows: Mapping[str, float]) -> ColumnStatistics:
    """Statistics of a reference, with as many distinct values as there are rows to refer to. A lab has fewer rows for
    each value than there will be, so that PostgreSQL may have kept a share of the rows where a number is right."""
    for foreign in table.foreigns:
        own = [name for name in foreign.columns if name != table.tenant]
        if own != [one.column] and not (not own and one.column == table.tenant):
            continue
        parents, count = rows[foreign.target], max(rows[table.name], 1.0)
        if one.n_distinct > 0 and parents <= _WHOLE:
            return one  # what a lab has whole, it has with all its values
        distinct = max(min(parents, count * (1 - one.null_fraction)), 1.0)
        return replace(
            one,
            n_distinct=-distinct / count if distinct > _SHARE * count else distinct,
            most_common_values=None,
            most_common_frequencies=None,
        )
    return one
