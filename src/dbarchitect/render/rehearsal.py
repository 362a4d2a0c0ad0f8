"""What a rehearsal came to, for people and for tools: the verdict, then each step with a timeline of its locks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.table import Table
from rich.text import Text

from dbarchitect.model.plan import Effects
from dbarchitect.model.rehearsal import Held, QueryChange, Rehearsal, Rehearsed, Stop, Verdict, Wait, blocks
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import amount, plural
from dbarchitect.render.markdown import code, fence, prose
from dbarchitect.render.untrusted import json_document, line, without_passwords

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.rehearsal/1"
Form = Literal["text", "json", "markdown"]

_VERDICTS: dict[Verdict, tuple[str, str]] = {
    "good": ("runs, undoes itself, blocks nobody for long", "bold green"),
    "depends": ("runs if the rows allow it", "bold yellow"),
    "blocks": ("runs, and keeps applications waiting", "bold red"),
    "does not undo": ("runs, and its way back does not lead back", "bold red"),
    "fails": ("fails", "bold red"),
}
_ROWS = {
    "none": "",
    "made up": "made up freely, since nothing is known of the source's",
    "statistics": "made up from the source's statistics",
    "copy": "of the copy",
}
_EXPECTED = "made-up rows cannot show it: on the source none of these may give a row"
_MOST = 20  # lines of a list
_BAR = 8  # columns of a timeline
_WIDE = 78  # columns of a statement that is shown on one line
_CHANGES = {"is missing": "added", "is there and should not be": "dropped"}


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


def _head(rehearsal: Rehearsal) -> str:
    said, _ = _VERDICTS[rehearsal.verdict]
    if rehearsal.verdict == "good" and not rehearsal.reversible:
        said = "runs, blocks nobody for long, and has no way back"
    return f"{said}: {plural(len(rehearsal.migrations), 'migration')} on {line(rehearsal.source)}"


def _under(rehearsal: Rehearsal) -> list[str]:
    named = ", ".join(f"{line(key)} {line(value)}" for key, value in rehearsal.environment.items() if key != "caution")
    rows = f"on {plural(rehearsal.row_count, 'row')} {_ROWS[rehearsal.rows]}"
    if not rehearsal.row_count:
        rows = "without rows"
    found = [f"plan {rehearsal.plan}, rehearsed {rows} ({named})"]
    if caution := rehearsal.environment.get("caution"):
        found.append(line(caution))
    return found


def _steps(rehearsal: Rehearsal) -> Iterator[tuple[Rehearsed, Rehearsed | None]]:
    """The steps upwards with the run of each that was measured."""
    again = {(one.migration, one.number): one for one in rehearsal.of("again")}
    for step in rehearsal.of("up"):
        yield step, again.get((step.migration, step.number))


def _title(step: Rehearsed) -> str:
    does = step.does or _brief(step.statements[0].sql if step.statements else "what only a superuser may do")
    more = f" and {plural(len(step.statements) - 1, 'more statement')}" if len(step.statements) > 1 else ""
    if step.batches:
        more += f", {plural(step.batches, 'batch', 'batches')}, {plural(step.rows, 'row')}"
    outside = "" if step.transactional else " (outside a transaction)"
    return f"{line(step.migration)} step {step.number}: {line(does)}{'' if step.does else more}{outside}"


def _brief(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 3]}..."


def _work(effects: Effects) -> str:
    """What it does to tables, beside locking them."""
    built = [table for table in effects.builds if table not in effects.rewrites]
    read = [table for table in effects.scans if table not in {*effects.rewrites, *effects.builds}]
    named = (("rewrites", effects.rewrites), ("builds indexes on", built), ("reads all of", read))
    return "; ".join(f"{verb} {', '.join(map(line, tables))}" for verb, tables in named if tables)


def _time(step: Rehearsed, again: Rehearsed | None) -> str:
    found: list[str] = []
    if step.seconds is not None and step.seconds >= 0.1:
        found.append(f"about {amount(step.seconds, 's')} on the source")
    elif step.seconds is not None:
        found.append("an instant on the source")
    if again is not None and again.milliseconds is not None:
        found.append(f"{amount(again.milliseconds, 'ms')} measured")
    return ", ".join(found)


def _waits(again: Rehearsed | None) -> str:
    """The longest waits that were measured, of reads and of writes."""
    if again is None:
        return ""
    longest: dict[str, Wait] = {}
    for wait in again.waits:
        if wait.tries and (wait.kind not in longest or wait.milliseconds > longest[wait.kind].milliseconds):
            longest[wait.kind] = wait
    return ", ".join(
        f"a {kind} of {line(one.table)} waited {amount(one.milliseconds, 'ms')}" for kind, one in longest.items()
    )


def _bar(held: Held, statements: int, full: str, empty: str) -> str:
    """From the statement that took the lock to the end of the step."""
    start = round((held.since - 1) * _BAR / max(statements, 1))
    return empty * start + full * (_BAR - start)


def _way_back(rehearsal: Rehearsal) -> str:
    if any(stop.phase == "down" for stop in rehearsal.stops):
        return ""
    if not rehearsal.reversible:
        return "there is no way back"
    if not rehearsal.of("down") and not rehearsal.of("again"):
        return ""
    if rehearsal.not_undone:
        return "after the way back the schema differs:"
    found = "after the way back the schema is what it was"
    if rehearsal.not_restored:
        return f"{found}, the rows of {', '.join(map(line, rehearsal.not_restored[:_MOST]))} are not"
    if rehearsal.checked_rows:
        found += f", and so are {plural(rehearsal.checked_rows, 'row')}"
    return found


def _changes(rehearsal: Rehearsal) -> list[str]:
    found: list[str] = []
    for one in rehearsal.changes:
        path, _, what = one.partition(": ")
        old, instead, new = what.partition(" instead of ")
        found.append(f"{line(path)}: {_CHANGES.get(what, f'{line(old)} -> {line(new)}' if instead else line(what))}")
    return found


def _queries(rehearsal: Rehearsal) -> str:
    changed = rehearsal.queries
    if not rehearsal.planned:
        return ""
    broken = sum(bool(one.broken) for one in changed)
    dearer = sum(one.after is not None and one.after > one.before for one in changed)
    parts = [f"{broken} break"] if broken else []
    parts += [f"{dearer} dearer"] if dearer else []
    cheaper = len(changed) - broken - dearer
    parts += [f"{cheaper} cheaper or of another plan"] if cheaper else []
    return f"{plural(rehearsal.planned, 'query', 'queries')} planned: {', '.join(parts) or 'all as before'}"


def _query(change: QueryChange) -> str:
    if change.broken:
        return f"breaks: {line(change.broken)}"
    plan = ", another plan" if change.plan_changed else ""
    return f"cost {amount(change.before)} -> {amount(change.after)}{plan}"


def _stop_words(stop: Stop) -> list[str]:
    """What happened at a stop, in lines."""
    way = {"up": "", "down": " of the way back", "again": " when run again"}[stop.phase]
    where = f"{line(stop.migration)} step {stop.number}{way}"
    at = f" at {line(str(stop.position))}" if stop.position else ""
    verb = "depends on rows" if stop.of_rows else "fails"
    found = [f"{where} {verb}{at}: {line(stop.refusal.message)}"]
    if stop.refusal.detail:
        found.append(line(stop.refusal.detail))
    if not stop.of_rows:
        done = f"done before: {', '.join(map(line, stop.done))}" if stop.done else "nothing was done before"
        left = f"it leaves {line(stop.left)}" if stop.left else "the step itself is rolled back"
        found.append(f"{done}; {left}")
    if stop.offenders:
        count = "" if stop.offending is None else f" ({stop.offending:,} on the copy)"
        found.append(f"the rows in the way{count}:")
    return found


def _example(row: dict[str, str | None]) -> str:
    return ", ".join(f"{line(key)} {'NULL' if value is None else line(value)}" for key, value in row.items())


# --- text -------------------------------------------------------------------------------------------------------------


def _parts(rehearsal: Rehearsal, screen: Screen, kept: str, then: str) -> list[Part]:
    parts: list[Part] = [Text(_head(rehearsal), style=_VERDICTS[rehearsal.verdict][1])]
    parts += [Text(f"  {line(reason)}") for reason in rehearsal.reasons]
    parts += [Text(one, style="dim") for one in _under(rehearsal)]
    for step, again in _steps(rehearsal):
        parts += [Text(), *_step(step, again, screen)]
    for stop in rehearsal.stops:
        first, *rest = _stop_words(stop)
        parts += [Text(), Text(first, style="bold red"), Verbatim(Text(f"    {line(_brief(stop.statement))}"))]
        parts += [Text(f"  {one}") for one in rest]
        if stop.offenders:
            parts.append(Verbatim(Text(f"    {line(stop.offenders)};")))
        parts += [Text(f"      {_example(row)}", style="dim") for row in stop.examples]
    if rehearsal.expected and rehearsal.verdict != "fails":
        parts += [Text(), Text(_EXPECTED)]
        parts += [Verbatim(Text(f"  {line(one)};")) for one in rehearsal.expected[:_MOST]]
    if back := _way_back(rehearsal):
        bad = rehearsal.not_undone or rehearsal.not_restored or not rehearsal.reversible
        parts += [Text(), Text(back, style="bold yellow" if bad else "")]
        parts += [Text(f"  {line(one)}") for one in rehearsal.not_undone[:_MOST]]
    if words := _queries(rehearsal):
        parts += [Text(), Text(words)]
        for change in rehearsal.queries[:_MOST]:
            parts.append(Verbatim(Text(f"  {line(_brief(change.sql))}")))
            parts.append(Text(f"    {_query(change)}", style="bold red" if change.broken else ""))
    for routine in rehearsal.routines:
        verb = "breaks" if routine.certain else "may break"
        parts.append(Text(f"{line(routine.routine)} {verb}: {line(routine.reason)}", style="bold yellow"))
    parts += [Text(line(one)) for one in rehearsal.remarks]
    if changes := _changes(rehearsal):
        parts += [Text(), Text("what changes:", style="dim")]
        parts += [Text(f"  {one}", style="dim") for one in changes[:_MOST]]
        if len(changes) > _MOST:
            parts.append(Text(f"  and {len(changes) - _MOST:,} more", style="dim"))
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
    yield Text(_title(step), style="bold")
    for words in (_work(step.effects), _time(step, again), _waits(again)):
        if words:
            yield Text(f"  {words}")
    if not step.held:
        if not step.effects.locks:
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
    yield f"## dba migrate rehearse: {prose(_head(rehearsal))}"
    yield ""
    for reason in rehearsal.reasons:
        yield f"- {prose(line(reason))}"
    yield from ("", *(f"{prose(one)}  " for one in _under(rehearsal)))
    for step, again in _steps(rehearsal):
        yield from ("", f"**{prose(_title(step))}**", "")
        yield from (f"{prose(one)}  " for one in (_work(step.effects), _time(step, again), _waits(again)) if one)
        if step.held:
            yield from ("", "| table | lock | blocks | for |", "|---|---|---|---|")
        for held in step.held:
            time = amount(held.seconds, "s") if held.seconds is not None else "unknown"
            yield f"| {code(held.table, cell=True)} | {held.lock} | {blocks(held.lock) or 'nothing'} | {time} |"
    for stop in rehearsal.stops:
        first, *rest = _stop_words(stop)
        yield from ("", f"**{prose(first)}**", "", fence(stop.statement, "sql"), "")
        yield from (f"{prose(one)}  " for one in rest)
        if stop.offenders:
            yield from ("", fence(f"{stop.offenders};", "sql"))
        yield from (f"- {prose(_example(row))}" for row in stop.examples)
    if rehearsal.expected and rehearsal.verdict != "fails":
        yield from ("", prose(_EXPECTED), "")
        yield fence("\n".join(f"{one};" for one in rehearsal.expected[:_MOST]), "sql")
    if back := _way_back(rehearsal):
        yield from ("", prose(back))
        yield from (f"- {prose(line(one))}" for one in rehearsal.not_undone[:_MOST])
    if words := _queries(rehearsal):
        yield from ("", prose(words))
        yield from (f"- {code(_brief(one.sql))}: {prose(_query(one))}" for one in rehearsal.queries[:_MOST])
    for routine in rehearsal.routines:
        verb = "breaks" if routine.certain else "may break"
        yield f"- {code(routine.routine)} {verb}: {prose(line(routine.reason))}"
    yield from (f"- {prose(line(one))}" for one in rehearsal.remarks)
    yield from _folded("What changes", _changes(rehearsal))
    yield from _folded("Gaps", [f"{gap.kind} {gap.name}: {gap.effect}" for gap in rehearsal.gaps])
    if kept:
        yield from ("", f"Kept in {code(kept)}  ")
    if then:
        yield f"Next: {code(then)}"


def _folded(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"<details><summary>{title}</summary>", "")
        yield from (f"- {prose(line(one))}" for one in lines[:_MOST])
        yield from ([f"- and {len(lines) - _MOST:,} more"] if len(lines) > _MOST else [])
        yield from ("", "</details>")
