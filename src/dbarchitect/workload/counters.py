"""pg_stat_statements as the difference of two exports of it: what was run between them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, cast

from dbarchitect.errors import InputError
from dbarchitect.model.query import Query, Workload
from dbarchitect.sql.outline import is_query, outline, shape

_KEYS = ("userid", "dbid", "toplevel", "queryid")
_TIMES = ("total_exec_time", "total_time")
_LONGEST_FIELD = 64 << 20

Row = dict[str, str]


def read_counters(text: str, file: str) -> list[Row]:
    """The rows of an export: CSV with a header, or JSON (an array of objects, or one object a line).

    Raises `InputError` where there are no columns `query` and `calls`.
    """
    stripped = text.strip()
    if stripped.startswith(("[", "{")):
        rows = _json(stripped, file)
    else:
        header = stripped.partition("\n")[0]
        csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
        delimiter = ";" if header.count(";") > header.count(",") else ","
        try:
            reader = csv.reader(io.StringIO(stripped, newline=""), delimiter=delimiter)
            names = [name.strip().lower() for name in next(reader, list[str]())]
            rows = [dict(zip(names, row, strict=False)) for row in reader if len(row) == len(names)]
        except csv.Error as err:
            raise InputError(
                f"{file} is no CSV: {err}", hint="\\copy pg_stat_statements TO FILE CSV HEADER writes one"
            ) from err
    if not rows or "query" not in rows[0] or "calls" not in rows[0]:
        raise InputError(
            f"{file} is no export of pg_stat_statements",
            hint="psql -c \"\\copy (SELECT * FROM pg_stat_statements) TO 'now.csv' CSV HEADER\"",
        )
    return rows


def _json(text: str, file: str) -> list[Row]:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        try:
            data = [json.loads(one) for one in text.splitlines() if one.strip()]
        except (ValueError, RecursionError) as err:
            raise InputError(f"{file} is no JSON: {err}", hint="export it again") from err
    found: list[Row] = []
    for row in cast("list[Any]", data if isinstance(data, list) else [data]):
        if isinstance(row, dict):
            fields = cast("dict[str, Any]", row)
            found.append({key.lower(): "" if value is None else str(value) for key, value in fields.items()})
    return found


def difference(first: list[Row], second: list[Row], *, origin: str) -> Workload:
    """What the second export has counted since the first. Counters that went back were reset: they count whole."""
    before: dict[tuple[str, ...], tuple[float, float, float]] = {}
    for row in first:
        key, counted = _key(row), _counts(row)
        known = before.get(key, (0.0, 0.0, 0.0))
        before[key] = (known[0] + counted[0], known[1] + counted[1], known[2] + counted[2])
    found: dict[str, Query] = {}
    rejected: list[tuple[str, str]] = []
    resets = 0
    now: dict[tuple[str, ...], tuple[str, tuple[float, float, float]]] = {}
    for row in second:
        key, counted = _key(row), _counts(row)
        _, known = now.get(key, ("", (0.0, 0.0, 0.0)))
        now[key] = (row["query"], (known[0] + counted[0], known[1] + counted[1], known[2] + counted[2]))
    for key, (sql, (calls, spent, rows)) in now.items():
        was = before.get(key, (0.0, 0.0, 0.0))
        if calls < was[0]:
            resets += 1
        else:
            calls, spent, rows = calls - was[0], max(spent - was[1], 0.0), max(rows - was[2], 0.0)
        if calls <= 0:
            continue
        outlined = outline(sql)
        shown = " ".join(sql.split())[:80]
        if not is_query(outlined):
            rejected.append((shown, "no query"))
            continue
        try:
            query = shape(sql, outlined)
        except InputError as err:
            rejected.append((shown, err.message.partition("\n")[0]))
            continue
        known_query = found.get(query)
        found[query] = Query(
            id=query,
            sql=known_query.sql if known_query else sql,
            calls=calls + (known_query.calls if known_query else 0),
            total_ms=spent + ((known_query.total_ms or 0) if known_query else 0),
            rows=rows + ((known_query.rows or 0) if known_query else 0),
            source="pg_stat_statements",
        )
    if resets:
        rejected.append((f"{resets:,} counters that went back", "they were reset in between: counted from nothing"))
    queries = sorted(found.values(), key=lambda one: (-(one.total_ms or 0), -one.calls, one.id))
    return Workload(queries=tuple(queries), origin=origin, rejected=tuple(rejected))


def _key(row: Row) -> tuple[str, ...]:
    if row.get("queryid"):
        return tuple(row.get(key, "") for key in _KEYS)
    return (row.get("query", ""),)


def _counts(row: Row) -> tuple[float, float, float]:
    spent = next((row[key] for key in _TIMES if row.get(key)), "0")
    return _figure(row.get("calls", "")), _figure(spent), _figure(row.get("rows", ""))


def _figure(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value < float("inf") else 0.0
