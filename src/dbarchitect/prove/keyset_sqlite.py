"""Keyset pages before SQLite's planner, and run both ways on a private copy with the rows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from contextlib import ExitStack

from msgspec.structs import replace

from dbarchitect.engines.sqlite.copies import with_rows
from dbarchitect.engines.sqlite.ddl import create_index
from dbarchitect.engines.sqlite.source import SqliteSource
from dbarchitect.engines.sqlite.twin import SqliteRefusedError, Twin
from dbarchitect.errors import InputError
from dbarchitect.model.keyset import Keyset, PagePlans, PageQuery
from dbarchitect.model.names import quote_identifier

_SIZE = 20  # rows of a page where the query does not say it
_RUNS = 3


def plan(twin: Twin, keyset: Keyset, *, page: int) -> Keyset:
    """The keyset with its plans. Raises `InputError` where SQLite refuses a page's query."""
    assert keyset.first is not None
    assert keyset.next is not None
    assert keyset.previous is not None
    assert keyset.skipping is not None
    pages = (keyset.first, keyset.previous, keyset.skipping, keyset.next)
    for sql in [one.sql for one in pages]:
        twin.query_plan(sql)
    with ExitStack() as stack:
        if keyset.index is not None:
            created = create_index(keyset.index)
            try:
                stack.enter_context(twin.supposing([(keyset.index.name.name, created, "")]))
                keyset = replace(keyset, index_sql=created)
            except SqliteRefusedError as err:
                keyset = replace(keyset, index=None, index_why=f"no index can hold the keys: {err.message}")
        lines = twin.query_plan(pages[-1].sql)
    wanted = keyset.index.name.name if keyset.index is not None else keyset.existing
    texts = [text for _, _, text in lines]
    using = next((one for one in texts if wanted and f"INDEX {wanted}" in one.replace('"', "")), "")
    if not using:
        using = next((one for one in texts if "USING INTEGER PRIMARY KEY" in one), "")
        wanted = "the rowid" if using else ""
    found = PagePlans(
        page=page,
        size=keyset.page_size or _SIZE,
        used=wanted,
        condition=using.partition("(")[2].removesuffix(")") if "(" in using else "",
        sorts=any("TEMP B-TREE FOR ORDER BY" in one for one in texts),
    )
    return replace(keyset, plans=found)


def measure(source: SqliteSource, keyset: Keyset, *, page: int) -> Keyset:
    """The keyset with the times of one page, and whether both ways gave the same rows. The index stands on the copy."""
    assert keyset.plans is not None
    assert keyset.next is not None
    assert keyset.skipping is not None
    assert keyset.total is not None
    if any(one.role == "given" for one in keyset.next.parameters):
        why = "not measured: the query has parameters of its own, whose values are not known"
        return replace(keyset, notes=(*keyset.notes, why))
    size = keyset.plans.size
    with with_rows(source) as copy:
        if copy is None:
            raise InputError(f"{source.name} has no rows to run it on, or too many to copy", hint="leave --measure out")
        try:
            if keyset.index_sql:
                copy.execute(keyset.index_sql)
            total = int(copy.execute(keyset.total.sql).fetchone()[0])
            page = min(page, total // size)
            if page < 2:
                why = f"not measured: it has {total:,} rows, less than two pages"
                return replace(keyset, notes=(*keyset.notes, why))
            names = ", ".join(f"page.{quote_identifier(key.name)}" for key in keyset.keys)
            before = f"SELECT {names} FROM (\n{keyset.skipping.sql}\n) AS page"
            *_, last = copy.execute(before, _values(keyset.skipping, size, (page - 2) * size))
            cursor = {key.name: value for key, value in zip(keyset.keys, last, strict=True)}
            runs = (
                (keyset.skipping.sql, _values(keyset.skipping, size, (page - 1) * size)),
                (keyset.next.sql, _values(keyset.next, size, 0, cursor)),
            )
            (by_offset, slow), (by_keys, fast) = (_timed(copy, sql, values) for sql, values in runs)
        except sqlite3.Error as err:
            raise InputError(f"SQLite does not run a page: {err}", hint="see the queries: --format sql") from err
    plans = replace(
        keyset.plans, page=page, offset_ms=slow, keyset_ms=fast, rows=total, equal=repr(by_offset) == repr(by_keys)
    )
    return replace(keyset, plans=plans)


def _values(page: PageQuery, size: int, skipped: int, cursor: Mapping[str, object] | None = None) -> list[object]:
    found: list[object] = []
    for one in page.parameters:
        if one.role == "cursor":
            found.append((cursor or {})[one.cursor])
        else:
            found.append(size if one.role == "page size" else skipped)
    return found


def _timed(copy: sqlite3.Connection, sql: str, values: list[object]) -> tuple[list[tuple[object, ...]], float]:
    rows: list[tuple[object, ...]] = []
    times: list[float] = []
    for _ in range(_RUNS):
        begun = time.perf_counter()
        rows = copy.execute(sql, values).fetchall()
        times.append((time.perf_counter() - begun) * 1000)
    return rows, min(times)
