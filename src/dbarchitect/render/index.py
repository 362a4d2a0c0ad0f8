"""Index advice for people and for tools: what to create and why, what to drop, and what becomes of each query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.table import Table
from rich.text import Text

from dbarchitect.model.advice import AdvisedIndex, IndexAdvice, QueryVerdict, StatisticsAdvice
from dbarchitect.model.costfit import CostFit
from dbarchitect.model.figures import duration_text, size_text
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.curve import draw_curve, knee
from dbarchitect.render.digest import CostUnit, cost_unit, plural
from dbarchitect.render.untrusted import json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.index/1"
Form = Literal["text", "json", "sql", "svg"]
_SHOWN = 20  # queries; the rest is in the JSON
_SQL = 56  # beside figures, in a line


def render_advice(advice: IndexAdvice, form: Form, *, written: Sequence[str] = (), screen: Screen, version: str) -> str:
    """The advice as `form`; `written`: files of the migration that it was written into."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(advice)})
    if form == "sql":
        return "".join(f"{line(statement)};\n" for statement in advice_statements(advice))
    if form == "svg":
        sizes = {point.bytes: size_text(point.bytes) for point in advice.curve}
        return draw_curve(advice.curve, sizes, cost_unit(advice.proof).name)
    return printed(_parts(advice, written), screen)


def _fit(fit: CostFit) -> Iterator[Part]:
    off = f"costs are off by {fit.error_before:.0%} in the middle, with these by {fit.error_after:.0%}"
    if not fit.better:
        yield Text(f"cost parameters: those that are set fit this machine as well as any that were found ({off})")
        return
    yield Text(f"cost parameters that fit the machine that was timed: {off}", style="bold yellow")
    for one in fit.parameters:
        if f"{one.before:.3g}" != f"{one.after:.3g}":
            yield Verbatim(Text(f"   SET {line(one.name)} = {one.after:.6g};  -- was {one.before:.6g}"))
    for note in fit.notes:
        yield Text(f"   {line(note)}", style="dim")


def _times(told: StatisticsAdvice) -> str:
    if told.before_ms is None or told.after_ms is None:
        return ""
    return f" ({told.before_ms:,.1f} -> {told.after_ms:,.1f} ms)"


def advice_statements(advice: IndexAdvice) -> Iterator[str]:
    """Every statement of the advice, in order."""
    for one in (*advice.create, *advice.drop):
        for step in one.steps:
            yield from step.sql
    for told in advice.statistics:
        yield from told.sql


def _parts(advice: IndexAdvice, written: Sequence[str]) -> Iterator[Part]:
    cost = cost_unit(advice.proof)
    yield Text(advice_verdict(advice), style="bold green")
    named = ", ".join(f"{line(key)} {line(value)}" for key, value in advice.proof.environment.items())
    yield Text(
        f"{advice.proof.level}: {line(advice.proof.method)} ({named}; {advice.candidates:,} indexes considered, "
        f"{advice.questions:,} plans asked for, {advice.seconds:.1f} s{choice_words(advice)})",
        style="dim",
    )
    for number, one in enumerate(advice.create, 1):
        yield Text("")
        share = f"saves {one.saves:.1%} of the workload"
        if one.replaces:
            share = f"does the work of {', '.join(map(line, one.replaces))}"
        keep = f", costs {one.upkeep:.1%} to keep" if one.upkeep >= 0.0005 else ""
        yield Text(
            f"{number}. {line(one.index.name.name)}: {size_text(one.bytes)}, {share}{keep}{built_words(one)}",
            style="bold",
        )
        for statement in one.sql.split("\n"):
            yield Verbatim(Text(f"   {line(statement.rstrip(';'))};"))
        for query in (advice.queries[number - 1] for number in one.queries[:5]):
            yield Text(f"   {_costs(query, cost)}  {_shown(query)}", style="dim")
        if len(one.queries) > 5:
            yield Text(f"   and {plural(len(one.queries) - 5, 'more query', 'more queries')}", style="dim")
    for one in advice.drop:
        yield Text("")
        freed = f": frees {size_text(one.bytes)}" if one.bytes is not None else ""
        yield Text(f"drop {line(one.index.name.name)}{freed}: {line(one.why)}", style="bold yellow")
        for statement in one.sql.split("\n"):
            yield Verbatim(Text(f"   {line(statement.rstrip(';'))};"))
    if advice.fit is not None:
        yield Text("")
        yield from _fit(advice.fit)
    for told in advice.statistics:
        yield Text("")
        figures = (
            f"{told.estimated_before:,.0f} rows expected, {told.actual:,.0f} came; {told.estimated_after:,.0f} with"
        )
        yield Text(f"statistics of {line(told.table.short)}: {line(told.why)}", style="bold yellow")
        yield Text(f"   query {told.query}: {figures}{_times(told)}", style="dim")
        for statement in told.sql:
            yield Verbatim(Text(f"   {line(statement)};"))
    if advice.curve:
        yield Text("")
        yield Text("what a budget buys", style="bold")
        yield _curve(advice)
    rest = [one for one in advice.queries if one.why]
    if rest:
        yield Text("")
        yield Text("queries that get no index", style="bold")
        for one in sorted(rest, key=lambda query: -query.calls * query.before)[:_SHOWN]:
            yield Text(f"  {plural(round(one.calls), 'call')}, {cost.name} {one.before:,.0f} each  {_shown(one)}")
            yield Text(f"      {line(one.why)}", style="dim")
            if one.blocks:
                yield Text(f"      {line(one.blocks)} (dba query)", style="yellow")
        if len(rest) > _SHOWN:
            yield Text(f"  and {plural(len(rest) - _SHOWN, 'more', 'more')} (--format json)", style="dim")
    if advice.queries:
        yield Text("")
        yield Text(f"per cent are of the workload's {cost.name} without new indexes; {cost.words}", style="dim")
    for note in advice.notes:
        yield Text(line(note), style="yellow")
    for gap in advice.left_out:
        yield Text(f"{line(gap.kind)} {line(gap.name)}: {line(gap.effect)}", style="yellow")
    for file in written:
        yield Text(f"written: {line(file)}", style="bold")
    if advice.proof.rerun:
        yield Text("")
        yield Verbatim(Text(f"again: {line(advice.proof.rerun)}", style="dim"))


def built_words(one: AdvisedIndex) -> str:
    """How long building it takes, and who waits."""
    if one.built_ms is not None:
        return f", built in {one.built_ms / 1000:,.1f} s there"
    if one.build_s is None:
        return ""
    blocked = "nobody waits" if all(not step.transactional for step in one.steps) else "writers wait for moments"
    return f", built in about {duration_text(one.build_s)}: {blocked}"


def advice_verdict(advice: IndexAdvice) -> str:
    """One line: what to create and to drop, and what that does to the workload."""
    queries = plural(len(advice.queries), "query", "queries")
    if not advice.create and not advice.drop:
        more = ", but statistics are missing" if advice.statistics else ""
        return f"no index pays: {queries} looked at{more}"
    parts: list[str] = []
    if advice.create:
        parts.append(f"{plural(len(advice.create), 'index', 'indexes')} to create ({size_text(advice.bytes)})")
    if advice.drop:
        parts.append(f"{plural(len(advice.drop), 'index', 'indexes')} to drop")
    done = " and ".join(parts)
    if not advice.before:
        return done
    if not advice.create and f"{advice.after / advice.before:.1%}" == "100.0%":
        return f"{done}: the workload of {queries} costs what it did"
    cost = f"the workload of {queries} costs {advice.after / advice.before:.1%} of before"
    return f"{done}: {cost} (geometric mean of the queries {advice.geometric:.1%})"


def choice_words(advice: IndexAdvice) -> str:
    """How near the choice is to the best one, "" where that was not proved."""
    if advice.gap is None:
        return ""
    return f"; the choice is within {advice.gap:.2%} of the best by these" if advice.create else ""


def _curve(advice: IndexAdvice) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for name in ("budget", "spent", "indexes", cost_unit(advice.proof).name):
        table.add_column(name, justify="right")
    table.add_column("")
    bend = knee(advice.curve)
    for point in advice.curve:
        bar = "#" * round(30 * min(point.cost, 1.0)) + ("  <- the knee" if point is bend else "")
        table.add_row(size_text(point.budget), size_text(point.bytes), f"{point.indexes:,}", f"{point.cost:.1%}", bar)
    return table


def _costs(query: QueryVerdict, cost: CostUnit) -> str:
    if query.before_ms is None or query.after_ms is None:
        return f"{cost.name} {query.before:,.0f} -> {query.after:,.0f}"
    return f"{query.before_ms:,.1f} -> {query.after_ms:,.1f} ms"


def _shown(query: QueryVerdict) -> str:
    text = line(" ".join(query.sql.split()))
    text = text if len(text) <= _SQL else f"{text[:_SQL]}..."
    if query.values:  # one of several forms, perhaps
        text += f" with {line(', '.join(query.parameters))}"
    return text + (f" ({line(query.source)})" if _check(query) else "")


def _check(query: QueryVerdict) -> bool:
    return query.source.startswith("foreign key ")
