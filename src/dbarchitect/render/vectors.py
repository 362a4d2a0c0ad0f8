"""Advice on vectors for people and for tools: what was tried, what to make, what to expect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.table import Table
from rich.text import Text

from dbarchitect.model.figures import duration_text, size_text
from dbarchitect.model.vectors import FilterAdvice, IndexTrial, VectorAdvice, named
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.nplusone import milliseconds
from dbarchitect.render.untrusted import block, json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.vectors/1"
Form = Literal["text", "json", "sql"]


def render_vectors(found: VectorAdvice, form: Form, *, screen: Screen, version: str) -> str:
    """The advice as `form`."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(found)})
    if form == "sql":
        return _script(found)
    return printed(_parts(found), screen)


def _script(found: VectorAdvice) -> str:
    lines = [f"-- {line(found.verdict)}"]
    lines += [f"{block(one)};" for one in found.up]
    if found.query:
        lines += ["", "-- a search, in a transaction of its own:"]
        lines += [f"-- {line(one)};" for one in (*found.session, found.query)]
    if found.down:
        lines += ["", "-- and back:"]
        lines += [f"-- {line(one)};" for one in found.down]
    return "\n".join(lines) + "\n"


def _parts(found: VectorAdvice) -> Iterator[Part]:
    of = found.of
    yield Text(line(found.verdict), style="bold green" if found.good else "bold yellow")
    proof = found.proof
    versions = ", ".join(f"{line(key)} {line(value)}" for key, value in proof.environment.items())
    yield Text(f"{proof.level}: {line(proof.method)} ({versions})", style="dim")
    where = f"{line(of.table)}.{line(of.column)}" if of.table else "the file"
    yield Text(
        f"{where}: {of.rows:,.0f} vectors of {of.dimensions:,} dimensions, by {of.distance} distance", style="dim"
    )
    yield Text("")
    yield _trials(found)
    for trial in found.trials:
        if trial.refused:
            yield Text(f"not built: {line(trial.name)}: {line(trial.refused)}", style="dim")
    if found.forecast is not None:
        yield Text("")
        yield _forecast(found)
    if found.filter is not None:
        yield Text("")
        yield from _filter(found.filter, found.target, found.k)
    if found.hybrid is not None:
        joined = found.hybrid
        used = {(True, True): "both indexes", (True, False): "the index of words alone"}
        by = used.get((joined.words_index, joined.vectors_index), "not both indexes")
        yield Text("")
        yield Text(
            f"by meaning and by the words of {line(joined.column)} (ranks joined): p50 {milliseconds(joined.p50_ms)}, "
            f"p95 {milliseconds(joined.p95_ms)} in {joined.searches} searches, planned with {by}; the index of words "
            f"takes {size_text(joined.size_bytes)}"
        )
        yield Verbatim(Text(f"  {line(joined.query)};"))
    if found.up:
        yield Text("")
        yield Text("to make it", style="bold")
        for one in found.up:
            yield Verbatim(Text(f"  {line(one)};"))
    if found.query:
        yield Text("")
        yield Text("to search", style="bold")
        for one in (*found.session, found.query):
            yield Verbatim(Text(f"  {line(one)};"))
    if found.down:
        yield Text("")
        yield Text("to undo it", style="bold")
        for one in found.down:
            yield Verbatim(Text(f"  {line(one)};"))
    yield Text("")
    for note in found.notes:
        yield Text(f"note: {line(note)}", style="dim")
    yield Verbatim(Text(f"again: {line(proof.rerun)}", style="dim"))


def _trials(found: VectorAdvice) -> Table:
    """A line for each index under the setting that reaches the target, or its best one."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("", "index", "searched with", f"of {found.k} found", "p50", "p95", "size", "build"):
        table.add_column(title, justify="left" if title in ("", "index", "searched with") else "right", no_wrap=False)
    exact = found.exact.searches[0]
    table.add_row("", "none", "", f"{exact.recall:.1%}", milliseconds(exact.p50_ms), milliseconds(exact.p95_ms), "", "")
    for position, trial in enumerate(found.trials):
        number = _shown(found, position, trial)
        if number is None:
            continue
        search = trial.searches[number]
        table.add_row(
            "*" if position == found.chosen else "",
            Text(line(trial.name), style="bold" if position == found.chosen else ""),
            named(search.settings),
            Text(f"{search.recall:.1%}", style="" if search.recall >= found.target else "yellow"),
            milliseconds(search.p50_ms),
            milliseconds(search.p95_ms),
            size_text(trial.size_bytes or 0),
            duration_text(trial.build_s or 0.0),
        )
    return table


def _shown(found: VectorAdvice, position: int, trial: IndexTrial) -> int | None:
    if not trial.searches:
        return None
    if position == found.chosen:
        return found.search
    good = (number for number, one in enumerate(trial.searches) if one.recall >= found.target)
    return next(good, len(trial.searches) - 1)


def _forecast(found: VectorAdvice) -> Text:
    forecast = found.forecast
    assert forecast is not None
    sizes = ", ".join(f"{one:,}" for one in forecast.sizes)
    return Text(
        f"with all {forecast.rows:,.0f} vectors (modelled from the index at {sizes}): "
        f"{forecast.recall_low:.1%} to {forecast.recall:.1%} found, "
        f"p50 {milliseconds(forecast.p50_ms)}, {size_text(forecast.size_bytes)}, built in about "
        f"{duration_text(forecast.build_s)}; without an index {milliseconds(found.exact_all_ms)}"
    )


def _filter(advice: FilterAdvice, target: float, k: int) -> Iterator[Part]:
    yield Text(f"searches where {line(advice.column)} = one of its {advice.values:,} values", style="bold")
    if advice.fails:
        worst = min(advice.trials[0].classes, key=lambda one: one.returned / max(one.wanted, 1))
        yield Text(
            f"with the index alone a search comes back short, and nothing says so: for a value of {worst.share:.1%} of "
            f"the rows {worst.returned:.1f} of {worst.wanted:.0f} rows",
            style="bold yellow",
        )
    classes = next((way.classes for way in advice.trials if way.classes), ())
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    table.add_column("way")
    for one in classes:
        table.add_column(f"{one.share:.1%} of rows", justify="right")
    for position, way in enumerate(advice.trials):
        told = (
            f"{one.returned:.1f} rows, {one.recall:.0%}, {milliseconds(one.p50_ms)}" if not way.refused else ""
            for one in way.classes
        )
        cells = [line(way.refused)] if way.refused else list(told)
        style = "bold" if position == advice.chosen else ""
        table.add_row("*" if position == advice.chosen else "", Text(line(way.name), style=style), *cells)
    yield table
    yield Text(f"rows that came (of {k}), the share of the true ones, p50", style="dim")
    if advice.chosen is None:
        yield Text(f"no way reaches {target:.1%} for all of them", style="yellow")
    elif advice.trials[advice.chosen].kind == "partition":
        yield Text(
            "partition the table by LIST (or HASH) of that column, with the index on each partition: the table is made "
            "anew (dba migrate diff, with the partitioned table as the wanted schema)"
        )
