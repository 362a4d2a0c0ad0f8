"""Advice on time series for people and for tools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.table import Table
from rich.text import Text

from dbarchitect.model.chunks import length_text
from dbarchitect.model.figures import size_text
from dbarchitect.model.timeseries import AggregateAdvice, Move, SeriesAdvice, TimeSeriesAdvice
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.nplusone import milliseconds
from dbarchitect.render.untrusted import block, json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.timeseries/1"
Form = Literal["text", "json", "sql"]
_QUERY = 70  # characters of a query in a table


def render_timeseries(found: TimeSeriesAdvice, form: Form, *, screen: Screen, version: str) -> str:
    """The advice as `form`."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(found)})
    if form == "sql":
        return _script(found)
    return printed(_parts(found), screen)


def _move(found: TimeSeriesAdvice, series: SeriesAdvice) -> Move:
    return next(one for one in series.moves if one.target == found.target)


def _script(found: TimeSeriesAdvice) -> str:
    lines: list[str] = []
    for series in found.series:
        move = _move(found, series)
        lines += [f"-- {line(series.table)} by {line(series.time)}: needs {move.edition}"]
        lines += [f"-- first: {line(one)}" for one in move.obstacles]
        for number, step in enumerate(move.steps, 1):
            lines += ["", f"-- {number}. {line(step.title)} (lock: {line(step.lock)})"]
            lines += [f"-- {line(step.note)}"] if step.note else []
            last = number == len(move.steps)
            lines += [f"{'-- ' if last else ''}{block(one) if not last else line(one)};" for one in step.statements]
            lines += [f"-- back: {line(one)};" for one in step.undo]
        if found.target == "timescale":
            for one in series.aggregates:
                lines += ["", f"-- for: {line(one.query)}"]
                if one.obstacle:
                    lines.append(f"-- no continuous aggregate: {line(one.obstacle)}")
                lines += [f"{block(text)};" for text in one.statements]
                lines += [f"-- read instead: {line(one.instead)};"] if one.instead else []
                lines += [f"-- back: {line(text)};" for text in one.undo]
        lines.append("")
    lines += [f"-- {line(one)}" for one in found.editions]
    return "\n".join(lines) + "\n"


def _parts(found: TimeSeriesAdvice) -> Iterator[Part]:
    number = len(found.series)
    headline = (
        "no table is a time series" if not number else f"{number} time series" if number > 1 else "one time series"
    )
    yield Text(f"{line(found.source)}: {headline}", style="bold")
    versions = ", ".join(f"{line(key)} {line(value)}" for key, value in found.environment.items())
    yield Text(f"{found.proof.level}: {line(found.proof.method)} ({versions})", style="dim")
    for one in found.series:
        yield Text("")
        yield from _series(found, one)
    if found.others:
        yield Text("")
        yield Text("no time series" if found.series else "why", style="bold")
        for one in found.others:
            yield Text(f"  {line(one.table)}: {line(one.why)}", style="dim")
    if found.editions:
        yield Text("")
        yield Text("what needs which edition", style="bold")
        for one in found.editions:
            yield Text(f"  {line(one)}")
    yield Text("")
    for note in found.notes:
        yield Text(f"note: {line(note)}", style="dim")
    yield Verbatim(Text(f"again: {line(found.proof.rerun)}", style="dim"))


def _series(found: TimeSeriesAdvice, one: SeriesAdvice) -> Iterator[Part]:
    yield Text(f"{line(one.table)} by {line(one.time)}", style="bold green")
    for reason in one.reasons:
        yield Text(f"  {line(reason)}")
    chunk = one.chunk
    yield Text(f"  chunks of {chunk.interval or '?'} ({chunk.basis}; any edition, or partitions)", style="bold")
    yield Text(f"    {line(chunk.why)}")
    if chunk.rate is not None:
        yield Text(
            f"    {chunk.rate * 86_400:,.0f} rows a day ({line(chunk.rate_from)}), {chunk.row:,.0f} bytes a row and "
            f"{chunk.index_row:,.0f} in indexes ({line(chunk.sizes_from)}): {chunk.rows:,.0f} rows and "
            f"{size_text(chunk.bytes)} a chunk"
        )
    store = one.columnstore
    yield Text(f"  columnstore after {store.after} ({store.basis}; {store.edition})", style="bold")
    for why in store.why:
        yield Text(f"    {line(why)}")
    kept = (
        "retention is asked, not assumed" if one.keep_seconds is None else f"kept for {length_text(one.keep_seconds)}"
    )
    if one.kept_bytes:
        kept += f": {size_text(one.kept_bytes)} by row (modelled)"
    yield Text(f"  {kept}", style="bold")
    for text in one.retention:
        yield Verbatim(Text(f"    {line(text)};  -- TSL; Apache: drop_chunks by a job of yours"))
    for aggregate in one.aggregates:
        yield from _aggregate(aggregate)
    if one.trials:
        yield Text("")
        yield _trials(one)
        for trial in one.trials:
            if trial.refused:
                yield Text(
                    f"  not run: {line(trial.form)} on {line(trial.engine)}: {line(trial.refused)}", style="yellow"
                )
            for query in trial.queries:
                if query.refused:
                    why = f"  not asked: {line(query.query)[:_QUERY]}: {line(query.refused)}"
                    yield Text(f"{why} ({line(trial.form)})", style="dim")
        yield Text(f"  measured on {line(one.trial_note)}", style="dim")
    yield Text("")
    yield from _steps(_move(found, one))
    for other in one.moves:
        if other.target != found.target:
            said = f"rehearsed: {line(other.rehearsed)}" if other.rehearsed else "not rehearsed"
            yield Text(f"  --to {other.target} ({other.edition}): {len(other.steps)} steps; {said}", style="dim")
    for question in one.questions:
        yield Text(f"  ask: {line(question)}", style="yellow")


def _aggregate(one: AggregateAdvice) -> Iterator[Part]:
    if one.obstacle:
        yield Text(f"  no continuous aggregate for {line(one.query)[:_QUERY]}: {line(one.obstacle)}", style="dim")
        return
    yield Text(
        f"  continuous aggregate {line(one.name)} by {line(one.bucket)} ({one.basis}; {one.edition})", style="bold"
    )
    yield Text(f"    for {one.calls:,.0f} calls of {line(one.query)}")
    if one.group_rows is not None and one.trial_rows is not None:
        yield Text(
            f"    a group sums up {one.group_rows:,.0f} rows at your rate (modelled), {one.trial_rows:,.0f} in the "
            "trial: what it saves grows with that"
        )
    for trial in one.trials:
        if trial.refused:
            yield Text(f"    {trial.form} on {line(trial.engine)}: {line(trial.refused)}", style="yellow")
            continue
        equal = "equal answers" if trial.same else "ANSWERS DIFFER"
        saved = (trial.before_ms - trial.after_ms) * one.calls / 1000
        yield Text(
            f"    {trial.form} on {line(trial.engine)}: {milliseconds(trial.before_ms)} -> "
            f"{milliseconds(trial.after_ms)}, {trial.rows_before:,} rows -> {trial.rows_after:,}; {equal}; "
            f"{saved:,.0f} s of the workload saved at that size"
        )
    for text in one.statements:
        yield Verbatim(Text(f"    {line(text)};"))
    yield Verbatim(Text(f"    read instead: {line(one.instead)};"))


def _trials(one: SeriesAdvice) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    good = [trial for trial in one.trials if not trial.refused]
    table.add_column("form")
    table.add_column("on")
    for title in ("parts", "size", "indexes", "load", "drop 1/8"):
        table.add_column(title, justify="right", no_wrap=True)
    asked = next((trial.queries for trial in good), ())
    for number in range(len(asked)):
        table.add_column(f"q{number + 1}", justify="right", no_wrap=True)
    for trial in good:
        cells = [
            ("refused" if query.ms is None else milliseconds(query.ms)) + (" differs" if query.same is False else "")
            for query in trial.queries
        ]
        load = f"{trial.load_s:.1f} s" if trial.load_s else ""
        table.add_row(
            line(trial.form), line(trial.engine), f"{trial.parts:,}", size_text(trial.size_bytes),
            size_text(trial.index_bytes), load, "" if trial.drop_ms is None else milliseconds(trial.drop_ms), *cells,
        )  # fmt: skip
    if asked:
        table.caption = "\n".join(f"q{number}: {line(query.query)[:110]}" for number, query in enumerate(asked, 1))
        table.caption_justify = "left"
    return table


def _steps(move: Move) -> Iterator[Part]:
    yield Text(f"  from the plain table, --to {move.target} ({move.edition})", style="bold")
    for one in move.obstacles:
        yield Text(f"    first: {line(one)}", style="yellow")
    for number, step in enumerate(move.steps, 1):
        yield Text(f"    {number}. {line(step.title)}; lock: {line(step.lock)}")
        if step.note:
            yield Text(f"       {line(step.note)}", style="dim")
    yield Text("    --format sql prints the statements and what takes each back", style="dim")
    failed = move.rehearsed.startswith("failed")
    yield Text(f"    {line(move.rehearsed) or 'not rehearsed'}", style="red" if failed else "dim")
