"""A workload for people and for tools: the queries that took most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.table import Table
from rich.text import Text

from dbarchitect.model.query import Query, Workload
from dbarchitect.render.console import Part, printed
from dbarchitect.render.digest import plural
from dbarchitect.render.untrusted import json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.top/1"
Form = Literal["text", "json"]
Order = Literal["total", "mean", "calls", "rows"]
_SQL = 200
_REJECTED = 10


def ranked(workload: Workload, by: Order) -> tuple[Query, ...]:
    """The queries, the first by `by` first; without times `total` and `mean` order by calls."""
    return tuple(sorted(workload.queries, key=lambda query: (-_measure(query, by), -query.calls, query.id)))


def _measure(query: Query, by: Order) -> float:
    if by == "calls":
        return query.calls
    if by == "rows":
        return query.rows or 0.0
    total = query.total_ms or 0.0
    return total if by == "total" else total / max(query.calls, 1.0)


def render_top(
    workload: Workload, form: Form, *, by: Order = "total", number: int = 20, screen: Screen, version: str
) -> str:
    """The first `number` queries as `form`."""
    queries = ranked(workload, by)
    if form == "json":
        shown = [msgspec.to_builtins(query) for query in queries[:number]]
        return json_document(
            {
                "schema": SCHEMA,
                "version": version,
                "by": by,
                "origin": workload.origin,
                "window_seconds": workload.window_seconds,
                "of": len(queries),
                "calls": sum(query.calls for query in queries),
                "total_ms": sum(query.total_ms or 0.0 for query in queries),
                "queries": shown,
                "rejected": [list(one) for one in workload.rejected],
            }
        )
    return printed(_parts(workload, queries, number), screen)


def _parts(workload: Workload, queries: tuple[Query, ...], number: int) -> Iterator[Part]:
    calls = sum(query.calls for query in queries)
    spent = sum(query.total_ms or 0.0 for query in queries)
    timed = any(query.total_ms is not None for query in queries)
    window = f" in {_span(workload.window_seconds * 1000)}" if workload.window_seconds else ""
    took = f", {_span(spent)} in all" if timed else ", no times"
    yield Text(f"{plural(len(queries), 'query', 'queries')}, {calls:,.0f} calls{window}{took}", style="bold green")
    yield Text(line(workload.origin), style="dim")
    if queries:
        yield Text("")
        yield _table(queries[:number], spent, any(query.rows is not None for query in queries))
    if len(queries) > number:
        yield Text(f"and {plural(len(queries) - number, 'more', 'more')} (-n)", style="dim")
    if workload.rejected:
        yield Text("")
    for what, reason in workload.rejected[-_REJECTED:]:
        yield Text(f"left out: {line(what)}: {line(reason)}", style="yellow")
    if len(workload.rejected) > _REJECTED:
        yield Text(f"and {len(workload.rejected) - _REJECTED:,} more left out (--format json)", style="yellow")


def _table(queries: tuple[Query, ...], spent: float, rows: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "total", "share", "calls", "mean", *(("rows",) if rows else ())):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("query", overflow="fold")
    for place, query in enumerate(queries, 1):
        total = query.total_ms
        table.add_row(
            f"{place}",
            "-" if total is None else _span(total),
            f"{total / spent:.1%}" if total is not None and spent else "-",
            f"{query.calls:,.0f}",
            "-" if total is None else _span(total / max(query.calls, 1.0)),
            *((("-" if query.rows is None else f"{query.rows:,.0f}"),) if rows else ()),
            Text(_shown(query)),
        )
    return table


def _shown(query: Query) -> str:
    text = line(" ".join(query.sql.split()))
    return text if len(text) <= _SQL else f"{text[:_SQL]}..."


def _span(milliseconds: float) -> str:
    """A time for people: 0.31 ms, 4.2 s, 12 min, 3.4 h."""
    if milliseconds < 1000:
        return f"{milliseconds:,.2f} ms" if milliseconds < 100 else f"{milliseconds:,.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 120:
        return f"{seconds:,.1f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"
