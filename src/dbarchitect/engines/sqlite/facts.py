"""What a file knows beyond its schema: rows, sizes, and the statistics of ANALYZE.

One reading of all pages (`dbstat`) gives rows and sizes of every table and index; where SQLite was built without it, or
the file is larger than `MOST_READ`, rows come from counting up to a limit and from `sqlite_stat1`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from dbarchitect.model.facts import ColumnStatistics, Facts, IndexFacts, TableFacts
from dbarchitect.model.finding import Gap
from dbarchitect.model.schema import Relational
from dbarchitect.sql.sqlite import quoted

MOST_READ = 1 << 30  # bytes of a file whose pages are all read: some seconds
_MOST_COUNTED = 1_000_000  # rows of a table that are counted where pages are not read


class Statistics(NamedTuple):
    """The rows of `sqlite_stat1` and `sqlite_stat4` as they are."""

    stat1: tuple[tuple[str, str | None, str], ...] = ()
    stat4: tuple[tuple[str, str, str, str, str, bytes], ...] = ()


def statistics(connection: sqlite3.Connection) -> Statistics:
    """What ANALYZE left in the file."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'")}
    stat1 = connection.execute("SELECT tbl, idx, stat FROM sqlite_stat1") if "sqlite_stat1" in names else ()
    stat4 = (
        connection.execute("SELECT tbl, idx, neq, nlt, ndlt, sample FROM sqlite_stat4")
        if "sqlite_stat4" in names
        else ()
    )
    return Statistics(
        tuple((tbl, idx, stat) for tbl, idx, stat in stat1 if isinstance(stat, str)), tuple(tuple(row) for row in stat4)
    )


def gather(
    connection: sqlite3.Connection,
    schema: Relational,
    *,
    now: datetime,
    live: bool,
    found: Statistics,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Facts, tuple[Gap, ...]]:
    """Rows, sizes and column statistics. `live`: of somebody's file; else of a private one. `found`: `statistics`."""
    pages, size = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    progress("reading rows and sizes")
    gaps: tuple[Gap, ...] = ()
    counted = _by_pages(connection) if pages * size <= MOST_READ else None
    if counted is None:
        why = (
            f"it has {pages * size / 2**30:,.1f} GiB" if pages * size > MOST_READ else "SQLite was built without dbstat"
        )
        gaps = (
            Gap(
                kind="sizes", name="of tables and indexes", effect=f"not known, and rows of large ones estimated: {why}"
            ),
        )
    given = _rows_given(found)
    tables: dict[str, TableFacts] = {}
    indexes: dict[str, IndexFacts] = {}
    for table in schema.tables:
        if table.kind == "virtual":
            continue
        name = table.name.name
        if counted is not None:
            rows, own, _ = counted.get(name, (0, 0, 0))
            whole = own + sum(counted.get(index.name.name, (0, 0, 0))[1] for index in table.indexes)
            tables[str(table.name)] = TableFacts(
                rows=float(rows), pages=own // size, heap_bytes=own, total_bytes=whole, live_rows=rows
            )
            for index in table.indexes:
                entries, used, _ = counted.get(index.name.name, (0, 0, 0))
                indexes[str(index.name)] = IndexFacts(rows=float(entries), pages=used // size, bytes=used)
        else:
            rows = _counted(connection, name, given.get(name.lower()))
            tables[str(table.name)] = TableFacts(rows=rows)
    columns = {str(table.name): _columns(table.name.name, schema, found) for table in schema.tables}
    facts = Facts(
        origin="live" if live else "declared",
        taken_at=now.isoformat(),
        tables=tables,
        indexes=indexes,
        columns={name: one for name, one in columns.items() if one},
        settings={"pages": str(pages), "analyzed": "yes" if found.stat1 else "no"},
    )
    return facts, gaps


def _by_pages(connection: sqlite3.Connection) -> dict[str, tuple[int, int, int]] | None:
    """(rows or entries, bytes, bytes of overflow pages) of each tree, by one reading of all pages."""
    try:
        rows = connection.execute(
            """
            SELECT s.name,
                   sum(CASE WHEN s.pagetype = 'leaf' OR (s.pagetype = 'internal' AND m.type = 'index')
                                 OR (s.pagetype = 'internal' AND l.wr) THEN s.ncell ELSE 0 END),
                   sum(s.pgsize),
                   sum(CASE WHEN s.pagetype = 'overflow' THEN s.pgsize ELSE 0 END)
            FROM dbstat('main') AS s
            JOIN sqlite_master AS m ON m.name = s.name
            LEFT JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.name
            GROUP BY s.name
            """
        ).fetchall()
    except sqlite3.OperationalError as err:
        if "dbstat" not in str(err):
            raise
        return None
    return {name: (int(cells or 0), int(size), int(over)) for name, cells, size, over in rows}


def _rows_given(found: Statistics) -> dict[str, float]:
    return {tbl.lower(): float(stat.split()[0]) for tbl, _, stat in found.stat1 if stat.split()[0].isdigit()}


def _counted(connection: sqlite3.Connection, name: str, given: float | None) -> float | None:
    if given is not None and given > _MOST_COUNTED:
        return given
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {quoted(name)} LIMIT {_MOST_COUNTED + 1})"
    rows = int(connection.execute(sql).fetchone()[0])
    return float(rows) if rows <= _MOST_COUNTED else given


def _columns(name: str, schema: Relational, found: Statistics) -> tuple[ColumnStatistics, ...]:
    """What `sqlite_stat1` says of the first columns of indexes: rows for each distinct beginning of a key."""
    by_index = {idx: stat.split() for tbl, idx, stat in found.stat1 if tbl.lower() == name.lower() and idx}
    distinct: dict[str, float] = {}
    for table in schema.tables:
        for index in table.indexes if table.name.name == name else ():
            numbers = by_index.get(index.name.name, [])
            column = index.keys[0].column if index.keys else None
            if column and index.predicate is None and len(numbers) > 1 and all(one.isdigit() for one in numbers[:2]):
                distinct[column] = max(float(numbers[0]) / max(float(numbers[1]), 1.0), 1.0)
    return tuple(ColumnStatistics(column=column, n_distinct=count) for column, count in sorted(distinct.items()))


def with_facts(schema: Relational, facts: Facts) -> Relational:
    """The schema with its facts."""
    return replace(schema, facts=facts)
