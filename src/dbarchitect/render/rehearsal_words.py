"""What a rehearsal came to, in words: every format says the same."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.plan import Effects
from dbarchitect.model.rehearsal import QueryChange, Rehearsal, Rehearsed, Stop, Verdict, Wait
from dbarchitect.render.digest import PLANNER_COST, amount, plural
from dbarchitect.render.untrusted import line

VERDICTS: dict[Verdict, tuple[str, str]] = {
    "good": ("runs, undoes itself, blocks nobody for long", "bold green"),
    "not all run": ("runs, undoes itself, blocks nobody for long", "bold yellow"),
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
EXPECTED = "made-up rows cannot show it: on the source none of these may give a row"
MOST = 20  # lines of a list
_WIDE = 78  # columns of a statement that is shown on one line
_CHANGES = {"is missing": "added", "is there and should not be": "dropped"}


def head(rehearsal: Rehearsal) -> str:
    """One line: what is not known, the verdict, of what, on what."""
    said, _ = VERDICTS[rehearsal.verdict]
    if rehearsal.verdict in ("good", "not all run") and not rehearsal.reversible:
        said = "runs, blocks nobody for long, and has no way back"
    if rehearsal.not_run and rehearsal.verdict != "fails":
        one = len(rehearsal.not_run) == 1
        left = f"{'was' if one else 'were'} not run: nothing is known of {'it' if one else 'them'}"
        said = f"{plural(len(rehearsal.not_run), 'statement')} {left}; the rest {said}"
    return f"{said}: {plural(len(rehearsal.migrations), 'migration')} on {line(rehearsal.source)}"


def under(rehearsal: Rehearsal) -> list[str]:
    """What it was run on, in lines."""
    named = ", ".join(f"{line(key)} {line(value)}" for key, value in rehearsal.environment.items() if key != "caution")
    rows = f"on {plural(rehearsal.row_count, 'row')} {_ROWS[rehearsal.rows]}"
    if not rehearsal.row_count:
        rows = "without rows"
    found = [f"plan {rehearsal.plan}, rehearsed {rows} ({named})"]
    if caution := rehearsal.environment.get("caution"):
        found.append(line(caution))
    return found


def steps(rehearsal: Rehearsal) -> Iterator[tuple[Rehearsed, Rehearsed | None]]:
    """The steps upwards with the run of each that was measured."""
    again = {(one.migration, one.number): one for one in rehearsal.of("again")}
    for step in rehearsal.of("up"):
        yield step, again.get((step.migration, step.number))


def title(step: Rehearsed) -> str:
    """A step on one line."""
    does = step.does or brief(step.statements[0].sql if step.statements else "not run here, or by a superuser")
    more = f" and {plural(len(step.statements) - 1, 'more statement')}" if len(step.statements) > 1 else ""
    if step.batches:
        more += f", {plural(step.batches, 'batch', 'batches')}, {plural(step.rows, 'row')}"
    outside = "" if step.transactional else " (outside a transaction)"
    return f"{line(step.migration)} step {step.number}: {line(does)}{'' if step.does else more}{outside}"


def brief(sql: str) -> str:
    """A statement on one line."""
    text = " ".join(sql.split())
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 3]}..."


def work(effects: Effects) -> str:
    """What it does to tables, beside locking them."""
    built = [table for table in effects.builds if table not in effects.rewrites]
    read = [table for table in effects.scans if table not in {*effects.rewrites, *effects.builds}]
    named = (("rewrites", effects.rewrites), ("builds indexes on", built), ("reads all of", read))
    return "; ".join(f"{verb} {', '.join(map(line, tables))}" for verb, tables in named if tables)


def taken(step: Rehearsed, again: Rehearsed | None) -> str:
    """How long a step takes on the source, and took on the copy."""
    found: list[str] = []
    if step.seconds is not None and step.seconds >= 0.1:
        found.append(f"about {amount(step.seconds, 's')} on the source")
    elif step.seconds is not None:
        found.append("an instant on the source")
    if again is not None and again.milliseconds is not None:
        found.append(f"{amount(again.milliseconds, 'ms')} measured")
    return ", ".join(found)


def waits(again: Rehearsed | None) -> str:
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


def way_back(rehearsal: Rehearsal) -> str:
    """What the schema and the rows are after the way back."""
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
        return f"{found}, the rows of {', '.join(map(line, rehearsal.not_restored[:MOST]))} are not"
    if rehearsal.checked_rows:
        found += f", and so are {plural(rehearsal.checked_rows, 'row')}"
    return found


def changes(rehearsal: Rehearsal) -> list[str]:
    """What changes in the schema, a line each: of a type its text, of what is itself a structure its place."""
    told = [one.partition(": ") for one in rehearsal.changes]
    types = {path.removesuffix("sql") for path, _, _ in told if path.endswith(".type.sql")}
    found: list[str] = []
    for path, _, what in told:
        kind, dot, part = path.rpartition(".")
        if f"{kind}{dot}" in types:
            if part != "sql":
                continue
            path = kind
        old, instead, new = what.partition(" instead of ")
        said = f"{line(old)} -> {line(new)}" if instead else line(what)
        if instead and (old.startswith(("[", "{")) or new.startswith(("[", "{"))):
            said = "changed"
        found.append(f"{line(path)}: {_CHANGES.get(what, said)}")
    return found


def queries(rehearsal: Rehearsal) -> str:
    """One line: what becomes of the queries."""
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


def query(change: QueryChange) -> str:
    """What becomes of a query."""
    if change.broken:
        return f"breaks: {line(change.broken)}"
    plan = ", another plan" if change.plan_changed else ""
    return f"{PLANNER_COST.name} {amount(change.before)} -> {amount(change.after)}{plan}"


def stop_words(stop: Stop) -> list[str]:
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


def example(row: dict[str, str | None]) -> str:
    """A row in the way."""
    return ", ".join(f"{line(key)} {'NULL' if value is None else line(value)}" for key, value in row.items())
