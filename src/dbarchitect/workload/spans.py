"""Statements in spans: OpenTelemetry's OTLP as JSON (one document, or one a line as collectors write it), and Jaeger's.

A span of a database has its statement in `db.query.text`, or in `db.statement` as older instrumentation calls it
(https://opentelemetry.io/docs/specs/semconv/database/database-spans/).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from dbarchitect.model.execution import Execution
from dbarchitect.model.names import Position

from .comments import site_of, tags_of, trace_of

_TEXTS = ("db.query.text", "db.statement")
_SYSTEMS = ("db.system.name", "db.system")
_POSTGRES = frozenset(("postgresql", "postgres", "cockroachdb", "redshift", "other_sql", "sql"))
_PARAMETERS = ("db.query.parameter.", "db.statement.parameter.")


class _Attribute(msgspec.Struct, gc=False):
    key: str = ""
    value: Any = None
    type: str = ""


class _Reference(msgspec.Struct, rename="camel"):
    ref_type: str = ""
    span_id: str = msgspec.field(default="", name="spanID")


class _Span(msgspec.Struct, rename="camel"):
    """A span of either kind; `_Jaeger` fields are microseconds."""

    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    name: str = ""
    start_time_unix_nano: str | int = 0
    end_time_unix_nano: str | int = 0
    attributes: list[_Attribute] = []
    status: Any = None


class _Scope(msgspec.Struct, rename="camel"):
    spans: list[_Span] = []


class _Resource(msgspec.Struct):
    attributes: list[_Attribute] = []


class _ResourceSpans(msgspec.Struct, rename="camel"):
    resource: _Resource | None = None
    scope_spans: list[_Scope] = []
    instrumentation_library_spans: list[_Scope] = []


class _JaegerSpan(msgspec.Struct):
    trace: str = msgspec.field(default="", name="traceID")
    span: str = msgspec.field(default="", name="spanID")
    references: list[_Reference] = []
    start: int = msgspec.field(default=0, name="startTime")
    duration: int = 0
    tags: list[_Attribute] = []
    process: str = msgspec.field(default="", name="processID")


class _JaegerProcess(msgspec.Struct):
    service: str = msgspec.field(default="", name="serviceName")


class _JaegerTrace(msgspec.Struct):
    spans: list[_JaegerSpan] = []
    processes: dict[str, _JaegerProcess] = {}


class _Document(msgspec.Struct):
    """Either kind of document, as much of it as is asked for."""

    resource_spans: list[_ResourceSpans] = msgspec.field(default_factory=list[_ResourceSpans], name="resourceSpans")
    data: list[_JaegerTrace] = []


class SpanReader:
    """Pieces of lines go in by `feed`, statements come out in `out`. A document over several lines is one piece.

    `broken` counts what is no such document, `errors` spans that failed, `others` those of other databases.
    """

    def __init__(self, line: int = 0, file: str = "") -> None:
        self.line = line
        self.file = file
        self.broken = 0
        self.errors = 0
        self.others = 0
        self.out: list[Execution] = []
        self._decoder = msgspec.json.Decoder(_Document)

    def cut(self, buffer: bytes) -> int:
        """Up to the last line's end."""
        return buffer.rfind(b"\n") + 1

    def feed(self, piece: bytes) -> None:
        """The spans of a piece."""
        for raw in piece.split(b"\n"):
            self.line += 1
            if raw.strip():
                self.document(raw)
        if piece.endswith(b"\n"):
            self.line -= 1

    def document(self, raw: bytes) -> None:
        """The spans of one document."""
        try:
            document = self._decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.broken += 1
            return
        for spans in document.resource_spans:
            resource = _plain(spans.resource.attributes) if spans.resource else {}
            for scope in (*spans.scope_spans, *spans.instrumentation_library_spans):
                for span in scope.spans:
                    start, end = _number(span.start_time_unix_nano), _number(span.end_time_unix_nano)
                    failed = isinstance(span.status, dict) and _failed(span.status.get("code"))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
                    self._span(
                        {**resource, **_plain(span.attributes)},
                        (span.trace_id, span.span_id, span.parent_span_id),
                        start / 1e9 if start else None,
                        (end - start) / 1e6 if start and end >= start else None,
                        resource.get("service.name", ""),
                        failed,
                    )
        for trace in document.data:
            for span in trace.spans:
                parent = next((one.span_id for one in span.references if one.ref_type != "FOLLOWS_FROM"), "")
                process = trace.processes.get(span.process)
                tags = {one.key: _text(one.value) for one in span.tags}
                self._span(
                    tags,
                    (span.trace, span.span, parent),
                    span.start / 1e6 if span.start else None,
                    span.duration / 1e3,
                    process.service if process else "",
                    tags.get("error") == "true" or tags.get("otel.status_code") == "ERROR",
                )

    def _span(
        self,
        attributes: dict[str, str],
        ids: tuple[str, str, str],
        at: float | None,
        milliseconds: float | None,
        service: str,
        failed: bool,
    ) -> None:
        sql = next((attributes[key] for key in _TEXTS if attributes.get(key)), "")
        if not sql:
            return
        system = next((attributes[key] for key in _SYSTEMS if attributes.get(key)), "postgresql")
        if system.lower() not in _POSTGRES:
            self.others += 1
            return
        if failed:
            self.errors += 1
            return
        trace, span, parent = ids
        tags = {"span": span, **({"parent": parent} if parent else {}), **tags_of(sql)}
        self.out.append(
            Execution(
                sql=sql,
                parameters=_parameters(attributes),
                at=at,
                milliseconds=milliseconds,
                rows=_rows(attributes),
                trace=trace or trace_of(tags),
                site=_site(attributes) or site_of(tags),
                database=attributes.get("db.namespace") or attributes.get("db.name") or "",
                user=attributes.get("db.user", ""),
                application=service,
                tags=tags,
                position=Position(file=self.file, line=max(self.line, 1)),
            )
        )

    def take(self) -> Iterator[Execution]:
        """What has come out, and no longer is in `out`."""
        taken, self.out = self.out, []
        yield from taken


def _plain(attributes: list[_Attribute]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in attributes:
        value: Any = one.value
        if isinstance(value, dict) and value:
            value = next(iter(value.values()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        found[one.key] = _text(value)
    return found


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def _number(value: str | int) -> int:
    if isinstance(value, int):
        return value
    return int(value) if value.isascii() and value.isdigit() and len(value) < 25 else 0


def _failed(code: Any) -> bool:
    return code in (2, "2", "STATUS_CODE_ERROR", "ERROR")


def _parameters(attributes: dict[str, str]) -> tuple[str, ...]:
    """`db.query.parameter.0`, `.1`, ... as literals; named ones have no order and are left."""
    for start in _PARAMETERS:
        numbered = {
            int(key[len(start) :]): value
            for key, value in attributes.items()
            if key.startswith(start) and key[len(start) :].isascii() and key[len(start) :].isdigit() and len(key) < 40
        }
        if numbered:
            return tuple("'" + numbered[number].replace("'", "''") + "'" for number in sorted(numbered))
    return ()


def _rows(attributes: dict[str, str]) -> float | None:
    rows = attributes.get("db.response.returned_rows", "")
    return float(rows) if rows.isascii() and rows.isdigit() else None


def _site(attributes: dict[str, str]) -> str:
    file = attributes.get("code.file.path") or attributes.get("code.filepath") or ""
    number = attributes.get("code.line.number") or attributes.get("code.lineno") or ""
    function = attributes.get("code.function.name") or attributes.get("code.function") or ""
    place = f"{file}:{number}" if file and number else file
    return f"{place} in {function}" if place and function else place or function
