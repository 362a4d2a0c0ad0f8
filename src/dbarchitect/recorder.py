"""Record what a program sends to its database: `with dbarchitect.record() as w: ...`.

SQLAlchemy (Core and ORM, synchronous and not) and psycopg 3 are heard: text, values, duration, rows, transaction, and
the line of the application that asked; for a lazy load of the ORM also the attribute that was touched. All threads of
the process are recorded, or only those engines and connections that are named.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Self, cast
from uuid import UUID

from .files import write_whole
from .interception import Raw, Site, attach, detach
from .model.execution import Execution
from .model.names import Position, quote_literal
from .model.nplusone import NPlusOne
from .model.query import Query, Workload
from .model.schema import Relational
from .model.value import to_json
from .query.nplusone import Ignored, Limits, find
from .sql.shapes import READS, WRITES, read_statement


class Recording:
    """What was recorded; also the block that records. It can be entered once, and read while it runs."""

    def __init__(self, targets: Sequence[Any] = ()) -> None:
        self.targets = tuple(targets)
        self._raw: list[Raw] = []
        self._made: tuple[Execution, ...] = ()
        self._zero = 0.0  # what the performance counter was at the epoch
        self._began = 0.0
        self._ended: float | None = None

    def __enter__(self) -> Self:
        if self._zero:
            raise RuntimeError("a recording cannot be started twice: call dbarchitect.record() again")
        self._began = time.perf_counter()
        self._zero = time.time() - self._began
        attach(self)
        return self

    def __exit__(self, *_: object) -> None:
        detach(self)
        self._ended = time.perf_counter()

    def take(self, raw: Raw) -> None:
        """Keep one execution (called by the hooks)."""
        self._raw.append(raw)

    def __len__(self) -> int:
        return len(self._raw)

    @property
    def executions(self) -> tuple[Execution, ...]:
        """Every execution that succeeded, in the order in which they began."""
        raw = list(self._raw)  # other threads may go on
        if len(self._made) != len(raw):
            raw.sort(key=lambda one: one.began)
            here = f"{Path.cwd()}/"
            self._made = tuple(_execution(one, self._zero, here) for one in raw)
        return self._made

    def findings(
        self, *, schema: Relational | None = None, limits: Limits | None = None, ignored: Sequence[Ignored] = ()
    ) -> tuple[NPlusOne, ...]:
        """N+1 queries, repeats and writes row by row among the executions (`query.nplusone.find`)."""
        return find(self.executions, schema=schema, limits=limits, ignored=ignored)

    def workload(self) -> Workload:
        """The statements with how often and how long they ran: what `--workload` takes. `rejected` lists others than
        queries; `rows` and `total_ms` are sums, `parameters` those of the first execution, `source` its call site."""
        found: dict[tuple[str, bool], Query] = {}
        rejected: dict[str, str] = {}
        for one in self.executions:
            shape = read_statement(one.sql).shape
            if shape.kind not in READS | WRITES or shape.fingerprint.startswith("x"):
                rejected.setdefault(one.sql, "no query" if shape.kind not in READS | WRITES else "not PostgreSQL's SQL")
                continue
            key = (shape.fingerprint, shape.lists)
            known = found.get(key)
            found[key] = Query(
                id=shape.fingerprint,
                sql=known.sql if known else one.sql,
                calls=(known.calls if known else 0) + int(one.tags.get("batch", "1")),
                total_ms=(known.total_ms or 0.0 if known else 0.0) + (one.milliseconds or 0.0),
                rows=(known.rows or 0.0 if known else 0.0) + (one.rows or 0.0),
                parameters=known.parameters if known else one.parameters,
                source=known.source if known else one.site,
            )
        return Workload(
            queries=tuple(found.values()),
            window_seconds=(self._ended or time.perf_counter()) - self._began,
            origin="recording",
            rejected=tuple(rejected.items()),
        )

    def save(self, path: str | Path) -> None:
        """Write the workload as JSON. Raises `SurroundingsError` where that fails."""
        write_whole(Path(path), to_json(self.workload(), indent=2) + b"\n")


def record(*targets: Any) -> Recording:
    """A recording of everything that SQLAlchemy and psycopg execute in this process until its block ends.

    `targets` (SQLAlchemy engines, also asynchronous ones, and connections of psycopg) limit it to these. Recordings may
    nest. Statements that fail are not kept; whatever the block raises passes.
    """
    return Recording(targets)


# --- from what hooks saw to executions --------------------------------------------------------------------------------


def _execution(raw: Raw, zero: float, here: str) -> Execution:
    tags: dict[str, str] = {}
    sets = raw.parameters
    if raw.batch:
        tags["batch"] = str(raw.batch)
        sets = sets[0] if sets else None
    if raw.relationship is not None:
        name, several = raw.relationship
        tags["relationship"] = name
        tags["uselist"] = "yes" if several else "no"
    if raw.style != "psycopg":
        tags["orm"] = "sqlalchemy"
    sql, parameters = _numbered(_text(raw.sql), sets, "pyformat" if raw.style == "psycopg" else raw.style)
    return Execution(
        sql=sql,
        parameters=parameters,
        at=zero + raw.began,
        milliseconds=raw.seconds * 1000,
        rows=None if raw.rows < 0 else float(raw.rows),
        session=str(raw.session),
        transaction=str(raw.transaction or ""),
        site=_place(raw.site, here),
        tags=tags,
        position=None if raw.site is None else Position(file=raw.site[0].removeprefix(here), line=raw.site[1]),
    )


def _place(site: Site | None, here: str) -> str:
    if site is None:
        return ""
    file, line, function = site
    # `f.<locals>.<genexpr>` is a line of f, `f.<locals>.g` one of g.
    names = [one for one in function.split(".<locals>.") if not one.startswith("<")] or [function]
    return f"{file.removeprefix(here)}:{line} in {names[-1]}"


def _text(sql: Any) -> str:
    if isinstance(sql, str):
        return sql
    if isinstance(sql, bytes):
        return sql.decode("utf-8", "replace")
    composed = getattr(sql, "as_string", None)
    return str(composed(None)) if composed is not None else str(sql)


_FORMAT = re.compile(r"%%|%\(([^)]*)\)[sbt]|%[sbt]")
_OTHERS = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|--[^\n]*|/\*.*?\*/|(\?)|(?<!:):(\d+)|(?<!:):([A-Za-z_]\w*)""", re.S)
_numbered_texts: dict[tuple[str, str], tuple[str, tuple[str, ...] | None]] = {}


def _numbered(sql: str, parameters: Any, style: str) -> tuple[str, tuple[str, ...]]:
    """`sql` with `$1`, `$2`, ... in the place of the driver's marks, and the values in that order as SQL literals."""
    if parameters is None:
        return sql, ()
    known = _numbered_texts.get((sql, style))
    if known is None:
        if len(_numbered_texts) > 10_000:
            _numbered_texts.clear()
        known = _numbered_texts[sql, style] = _renamed(sql, style)
    text, names = known
    if isinstance(parameters, Mapping):
        values = cast("Mapping[str, Any]", parameters)
        return text, tuple(literal(values.get(name)) for name in names or ())
    return text, tuple(literal(one) for one in cast("Sequence[Any]", parameters))


def _renamed(sql: str, style: str) -> tuple[str, tuple[str, ...] | None]:
    if style == "numeric_dollar":
        return sql, None
    names: dict[str, int] = {}
    count = 0

    def numbered(name: str | None) -> str:
        nonlocal count
        if name is not None and name in names:
            return f"${names[name]}"
        count += 1
        names[name or f"?{count}"] = count
        return f"${count}"

    if style in ("pyformat", "format"):
        text = _FORMAT.sub(lambda one: "%" if one[0] == "%%" else numbered(one[1]), sql)
    else:

        def mark(one: re.Match[str]) -> str:
            if one[1]:
                return numbered(None)
            if one[2] and style == "numeric":
                return f"${one[2]}"
            return numbered(one[3]) if one[3] and style == "named" else one[0]

        text = _OTHERS.sub(mark, sql)
    return text, tuple(names)


def literal(value: Any) -> str:
    """A value that was bound, as an SQL literal: numbers bare, all else quoted as its text."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)) and not isinstance(value, Enum):
        return str(value)
    if isinstance(value, float):
        return repr(value) if abs(value) < float("inf") else f"'{value}'"
    if isinstance(value, str):
        return quote_literal(value).lstrip()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"'\\x{bytes(cast('bytes', value)).hex()}'"
    if isinstance(value, (datetime, date, time_of_day)):
        return f"'{value.isoformat(*(' ',) if isinstance(value, datetime) else ())}'"
    if isinstance(value, UUID):
        return f"'{value}'"
    import psycopg
    from psycopg import sql

    try:
        return sql.Literal(value).as_string(None).strip()
    except (psycopg.Error, TypeError, ValueError, AttributeError):
        return quote_literal(str(value)).lstrip()  # a type that only its own connection knows
