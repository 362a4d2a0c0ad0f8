"""What a rehearsal came to, for people and for tools: the verdict, then each step with a timeline of its locks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.table import Table
from rich.text import Text

from dbarchitect.model.rehearsal import Held, Rehearsal, Rehearsed, blocks
from dbarchitect.render import rehearsal_words as words
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import amount
from dbarchitect.render.markdown import code, fence, prose
from dbarchitect.render.untrusted import json_document, line, without_passwords

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.rehearsal/1"
Form = Literal["text", "json", "markdown"]

_BAR = 8  # columns of a timeline


def render_rehearsal(
    rehearsal: Rehearsal, form: Form, *, screen: Screen, version: str, kept: str = "", then: str = ""
) -> str:
    """The rehearsal as `form`, ending in a newline. `kept`: the file it was written to; `then`: what to run next."""
    if form == "json":
        body = msgspec.to_builtins(rehearsal)
        body["source"] = without_passwords(rehearsal.source)
        return json_document({"schema": SCHEMA, "version": version, **body})
    if form == "markdown":
        return "\n".join(_markdown(rehearsal, kept, then)).rstrip() + "\n"
    return printed(_parts(rehearsal, screen, kept, then), screen)


def _bar(held: Held, statements: int, full: str, empty: str) -> str:
    """From the statement that took the lock to the end of the step."""
    start = round((held.since - 1) * _BAR / max(statements, 1))
    return empty * start + full * (_BAR - start)


# --- text -------------------------------------------------------------------------------------------------------------


def _parts(rehearsal: Rehearsal, screen: Screen, kept: str, then: str) -> list[Part]:
    parts: list[Part] = [Text(words.head(rehearsal), style=words.VERDICTS[rehearsal.verdict][1])]
    parts += [Text(f"  {line(reason)}") for reason in rehearsal.reasons]
    parts += [Text(one, style="dim") for one in words.under(rehearsal)]
    for step, again in words.steps(rehearsal):
        parts += [Text(), *_step(step, again, screen)]
    for stop in rehearsal.stops:
        first, *rest = words.stop_words(stop)
        parts += [Text(), Text(first, style="bold red"), Verbatim(Text(f"    {line(words.brief(stop.statement))}"))]
        parts += [Text(f"  {one}") for one in rest]
        if stop.offenders:
            parts.append(Verbatim(Text(f"    {line(stop.offenders)};")))
        parts += [Text(f"      {words.example(row)}", style="dim") for row in stop.examples]
    if rehearsal.expected and rehearsal.verdict != "fails":
        parts += [Text(), Text(words.EXPECTED)]
        parts += [Verbatim(Text(f"  {line(one)};")) for one in rehearsal.expected[: words.MOST]]
    if back := words.way_back(rehearsal):
        bad = rehearsal.not_undone or rehearsal.not_restored or not rehearsal.reversible
        parts += [Text(), Text(back, style="bold yellow" if bad else "")]
        parts += [Text(f"  {line(one)}") for one in rehearsal.not_undone[: words.MOST]]
    if said := words.queries(rehearsal):
        parts += [Text(), Text(said)]
        for change in rehearsal.queries[: words.MOST]:
            parts.append(Verbatim(Text(f"  {line(words.brief(change.sql))}")))
            parts.append(Text(f"    {words.query(change)}", style="bold red" if change.broken else ""))
    for routine in rehearsal.routines:
        verb = "breaks" if routine.certain else "may break"
        parts.append(Text(f"{line(routine.routine)} {verb}: {line(routine.reason)}", style="bold yellow"))
    parts += [Text(line(one)) for one in rehearsal.remarks]
    if changes := words.changes(rehearsal):
        parts += [Text(), Text("what changes:", style="dim")]
        parts += [Text(f"  {one}", style="dim") for one in changes[: words.MOST]]
        if len(changes) > words.MOST:
            parts.append(Text(f"  and {len(changes) - words.MOST:,} more", style="dim"))
    parts += [
        Text.assemble((f"gap: {line(gap.kind)} {line(gap.name)}", "bold yellow"), f": {line(gap.effect)}")
        for gap in rehearsal.gaps
    ]
    basis = next((one.basis for one in rehearsal.of("up") if one.basis and (one.seconds or 0) >= 0.1), "")
    parts += [Text(), *([Text(f"estimated with {basis}", style="dim")] if basis else [])]
    parts += [Verbatim(Text(f"kept in {line(kept)}", style="dim"))] if kept else []
    parts += [Verbatim(Text(f"next: {line(then)}"))] if then else []
    return parts


def _step(step: Rehearsed, again: Rehearsed | None, screen: Screen) -> Iterator[Part]:
    yield Text(words.title(step), style="bold")
    for said in (words.work(step.effects), words.taken(step, again), words.waits(again)):
        if said:
            yield Text(f"  {said}")
    if not step.held:
        if step.statements and not step.effects.locks:
            yield Text("  locks no table that was there before", style="dim")
        return
    full, empty = ("█", "·") if screen.unicode else ("#", ".")
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(4):
        grid.add_column(no_wrap=True)
    for held in step.held:
        hard = blocks(held.lock).endswith("writes")
        waits = f"blocks {blocks(held.lock)}" if blocks(held.lock) else "blocks no reads or writes"
        grid.add_row(
            Text(f"  {_bar(held, len(step.statements), full, empty)}", style="red" if hard else "dim"),
            Text(line(held.table)),
            Text(held.lock),
            Text(waits + (f" for {amount(held.seconds, 's')}" if hard and held.seconds else "")),
        )
    yield grid


# --- Markdown ---------------------------------------------------------------------------------------------------------


def _markdown(rehearsal: Rehearsal, kept: str, then: str) -> Iterator[str]:
    yield f"## dba migrate rehearse: {prose(words.head(rehearsal))}"
    yield ""
    for reason in rehearsal.reasons:
        yield f"- {prose(line(reason))}"
    yield from ("", *(f"{prose(one)}  " for one in words.under(rehearsal)))
    for step, again in words.steps(rehearsal):
        yield from ("", f"**{prose(words.title(step))}**", "")
        yield from (
            f"{prose(one)}  " for one in (words.work(step.effects), words.taken(step, again), words.waits(again)) if one
        )
        if step.held:
            yield from ("", "| table | lock | blocks | for |", "|---|---|---|---|")
        for held in step.held:
            time = amount(held.seconds, "s") if held.seconds is not None else "unknown"
            yield f"| {code(held.table, cell=True)} | {held.lock} | {blocks(held.lock) or 'nothing'} | {time} |"
    for stop in rehearsal.stops:
        first, *rest = words.stop_words(stop)
        yield from ("", f"**{prose(first)}**", "", fence(stop.statement, "sql"), "")
        yield from (f"{prose(one)}  " for one in rest)
        if stop.offenders:
            yield from ("", fence(f"{stop.offenders};", "sql"))
        yield from (f"- {prose(words.example(row))}" for row in stop.examples)
    if rehearsal.expected and rehearsal.verdict != "fails":
        yield from ("", prose(words.EXPECTED), "")
        yield fence("\n".join(f"{one};" for one in rehearsal.expected[: words.MOST]), "sql")
    if back := words.way_back(rehearsal):
        yield from ("", prose(back))
        yield from (f"- {prose(line(one))}" for one in rehearsal.not_undone[: words.MOST])
    if said := words.queries(rehearsal):
        yield from ("", prose(said))
        yield from (
            f"- {code(words.brief(one.sql))}: {prose(words.query(one))}" for one in rehearsal.queries[: words.MOST]
        )
    for routine in rehearsal.routines:
        verb = "breaks" if routine.certain else "may break"
        yield f"- {code(routine.routine)} {verb}: {prose(line(routine.reason))}"
    yield from (f"- {prose(line(one))}" for one in rehearsal.remarks)
    yield from _folded("What changes", words.changes(rehearsal))
    yield from _folded("Gaps", [f"{gap.kind} {gap.name}: {gap.effect}" for gap in rehearsal.gaps])
    if kept:
        yield from ("", f"Kept in {code(kept)}  ")
    if then:
        yield f"Next: {code(then)}"


def _folded(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"<details><summary>{title}</summary>", "")
        yield from (f"- {prose(line(one))}" for one in lines[: words.MOST])
        yield from ([f"- and {len(lines) - words.MOST:,} more"] if len(lines) > words.MOST else [])
        yield from ("", "</details>")
