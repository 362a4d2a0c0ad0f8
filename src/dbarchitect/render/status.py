"""What `dba migrate new` wrote, and how files, history and database stand beside one another, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dbarchitect.migrate.formats import Written
from dbarchitect.migrate.history import Standing, Status
from dbarchitect.model.drift import Drift
from dbarchitect.model.finding import Gap
from dbarchitect.model.plan import Plan
from dbarchitect.render.digest import plural
from dbarchitect.render.plan import left_alone
from dbarchitect.render.untrusted import line

_SHOWN = 40  # differences that are listed


def render_status(status: Status) -> str:
    """The status, over several lines."""
    return "\n".join(_status(status)) + "\n"


def render_new(
    target: str, plan: Plan, written: Written | None, gaps: Iterable[Gap], kept: Sequence[Drift] = ()
) -> str:
    """The files of a new migration and its steps, over several lines. `kept`: what stays unsaid by code."""
    return "\n".join(_new(target, plan, written, gaps, kept)) + "\n"


def _new(target: str, plan: Plan, written: Written | None, gaps: Iterable[Gap], kept: Sequence[Drift]) -> Iterator[str]:
    if written is None:
        yield f"nothing differs from {line(target)}: nothing was written"
    else:
        yield from (f"wrote {line(file)}" for file in written.files)
        for number, step in enumerate(plan.steps, 1):
            outside = "" if step.transactional and step.backfill is None else " (outside a transaction)"
            yield f"  step {number}: {line(step.does or step.sql[0])}{outside}"
        yield from (f"  loses: {line(one)}" for one in plan.loses)
        yield from (f"  renamed: {line(one)}" for one in plan.renames)
        yield from (f"  note: {line(one)}" for one in written.notes)
        yield from (f"  the way back lacks: {line(one)}" for one in plan.remaining)
    yield from (f"  not compared: {line(one)}" for one in plan.not_compared)
    if kept:
        yield f"  {left_alone(kept, target)}"
    yield from _gaps(gaps)


def _gaps(gaps: Iterable[Gap]) -> Iterator[str]:
    return (f"  gap: {line(one.kind)} {line(one.name)}: {line(one.effect)}" for one in gaps)


def _status(status: Status) -> Iterator[str]:
    beside = f" beside {line(status.to)}" if status.to else ""
    yield f"{line(status.folder)} ({status.format}){beside}: {plural(len(status.migrations), 'migration')}"
    if status.to:
        yield f"  history: {', '.join(line(one) for one in status.histories) or 'the database has none'}"
    width = max((len(line(one.id)) for one in status.migrations), default=0)
    for one in status.migrations:
        yield f"  {line(one.id):{width}}  {_stands(one, told=bool(status.to))}"
    for problem in status.problems:
        yield f"  {problem.trouble}: {line(problem.message)}"
        if problem.hint:
            yield f"    try: {line(problem.hint)}"
    if status.schema:
        yield f"  drift: the database's schema differs from {status.compared}:"
        yield from (f"    {line(one)}" for one in status.schema[:_SHOWN])
        if len(status.schema) > _SHOWN:
            yield f"    and {len(status.schema) - _SHOWN:,} more"
    elif status.compared:
        yield f"  the database's schema equals {status.compared}"
    yield from _gaps(status.gaps)
    if not status.drifted:
        yield "  no drift" if status.to else "  the files are in order"
    if status.next:
        yield f"  next: {line(status.next)}"


def _stands(one: Standing, *, told: bool) -> str:
    if not told:
        return line(one.name)
    said = f"{one.state} {one.at}".rstrip() + (f": {one.note}" if one.note else "")
    return f"{said}  {line(one.name)}" if one.name else said
