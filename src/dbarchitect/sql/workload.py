"""Workloads from files: SQL with frequencies, an export of pg_stat_statements, or our own JSON.

In an SQL file a comment `-- calls: 1200` above a statement says how often it runs in the window (1 where it is
missing), and `-- window: 86400` anywhere says how many seconds the window has. A CSV has a header with `query` and
`calls`, and where there is one `total_exec_time` (milliseconds), as pg_stat_statements names them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from dbarchitect.errors import InputError
from dbarchitect.model.names import Position
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.value import from_json

from .parse import fingerprint, statement_kind
from .script import split_script
from .sqlite import normal, split_sqlite

_CALLS = re.compile(r"--\s*calls:\s*([\d_]+(?:\.\d+)?)\s*$", re.IGNORECASE)
_WINDOW = re.compile(r"^\s*--\s*window:\s*([\d_]+(?:\.\d+)?)\s*$", re.IGNORECASE | re.MULTILINE)
WORKLOADS = (
    "a workload is SQL with `-- calls: N` above each query, a CSV of pg_stat_statements, a log, or dba workload's JSON"
)
PLANNABLE = frozenset(("select", "insert", "update", "delete", "merge"))


def read_workload(text: str, file: str) -> Workload:
    """The workload in a file's text. Statements that cannot be planned (DDL, COPY) are listed in `rejected`.

    Raises `InputError` where it is none of the three forms, or holds no query at all.
    """
    if text.lstrip().startswith("{"):
        try:
            return from_json(Workload, text)
        except ValueError as err:
            raise InputError(f"{file} is not a workload: {err}", hint=WORKLOADS) from err
    header = text.lstrip().partition("\n")[0].lower()
    if re.search(r"(^|[,;\"])query([,;\"]|$)", header.strip()) and re.search(r"(^|[,;\"])calls", header):
        workload = _from_csv(text, file)
    else:
        workload = _from_sql(text, file)
    if not workload.queries:
        raise InputError(
            f"{file} holds no query that could be planned", hint="one SELECT, INSERT, UPDATE or DELETE each"
        )
    return workload


def _from_sql(text: str, file: str) -> Workload:
    lines = text.splitlines()
    queries: list[Query] = []
    rejected: list[tuple[str, str]] = []
    try:
        statements = split_script(text, file)
    except InputError as err:
        if not err.message.startswith(f"{file} "):  # a place in it: then it is SQL, and that says what is wrong
            raise
        raise InputError(err.message.replace("an SQL script", "a workload"), hint=WORKLOADS) from err
    for statement in statements:
        if statement.kind == "META" or statement_kind(statement.sql) not in PLANNABLE:
            rejected.append((f"{statement.position}", f"{statement.kind or 'this'} is no query"))
            continue
        calls = _calls_above(lines, statement.position.line)
        queries.append(_query(statement.sql, calls, file, position=statement.position))
    window = _WINDOW.search(text)
    return Workload(
        queries=_merged(queries),
        window_seconds=float(window[1].replace("_", "")) if window else None,
        origin=file,
        rejected=tuple(rejected),
    )


def _calls_above(lines: list[str], line: int) -> float:
    """The `-- calls:` in the comment lines that stand directly above a statement."""
    above = line - 2
    while 0 <= above < len(lines) and lines[above].lstrip().startswith("--"):
        found = _CALLS.search(lines[above])
        if found:
            return float(found[1].replace("_", ""))
        above -= 1
    return 1.0


def _from_csv(text: str, file: str) -> Workload:
    header = text.lstrip().partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text.lstrip()), delimiter=";" if header.count(";") > header.count(",") else ",")
    queries: list[Query] = []
    rejected: list[tuple[str, str]] = []
    for row in reader:
        fields = {(key or "").strip().lower(): value for key, value in row.items()}
        sql = (fields.get("query") or "").strip()
        place = f"{file}:{reader.line_num}"
        try:
            calls = float(fields.get("calls") or 1)
            total = fields.get("total_exec_time") or fields.get("total_time")
            total_ms = float(total) if total else None
            query = _query(sql, calls, file, total_ms=total_ms, position=Position(file=file, line=reader.line_num))
            kind = statement_kind(sql)
        except (ValueError, InputError) as err:
            rejected.append((place, str(err).partition("\n")[0]))
            continue
        if kind not in PLANNABLE:
            rejected.append((place, "no query"))
            continue
        queries.append(query)
    return Workload(queries=_merged(queries), origin=file, rejected=tuple(rejected))


def _query(
    sql: str, calls: float, source: str, *, total_ms: float | None = None, position: Position | None = None
) -> Query:
    return Query(id=fingerprint(sql), sql=sql, calls=calls, total_ms=total_ms, source=source, position=position)


def _merged(queries: Iterable[Query]) -> tuple[Query, ...]:
    """The same text twice is one query that runs as often as both; the same fingerprint with other literals is not."""
    found: dict[str, Query] = {}
    for query in queries:
        known = found.get(query.sql)
        if known is None:
            found[query.sql] = query
            continue
        times = [one.total_ms for one in (known, query) if one.total_ms is not None]
        found[query.sql] = Query(
            id=known.id,
            sql=known.sql,
            calls=known.calls + query.calls,
            total_ms=sum(times) if times else None,
            source=known.source,
            position=known.position,
        )
    return tuple(found.values())


def read_sqlite_workload(text: str, file: str) -> Workload:
    """The workload in a file's text, in SQLite's SQL: the same forms as of `read_workload`, without an export.

    Raises `InputError` where it holds no query at all.
    """
    if text.lstrip().startswith("{"):
        return read_workload(text, file)
    lines = text.splitlines()
    queries: list[Query] = []
    rejected: list[tuple[str, str]] = []
    for statement in split_sqlite(text, file):
        if statement.kind.lower() not in _SQLITE_PLANNABLE:
            rejected.append((f"{statement.position}", f"{statement.kind or 'this'} is no query"))
            continue
        calls = _calls_above(lines, statement.position.line)
        queries.append(
            Query(id=normal(statement.sql), sql=statement.sql, calls=calls, source=file, position=statement.position)
        )
    if not queries:
        raise InputError(
            f"{file} holds no query that could be planned", hint="one SELECT, INSERT, UPDATE or DELETE each"
        )
    window = _WINDOW.search(text)
    return Workload(
        queries=_merged(queries),
        window_seconds=float(window[1].replace("_", "")) if window else None,
        origin=file,
        rejected=tuple(rejected),
    )


_SQLITE_PLANNABLE = frozenset(("select", "insert", "update", "delete", "replace", "with", "values"))
