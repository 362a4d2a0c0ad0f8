"""What `apply`, `rollback` and `adopt` are about to do, and what came of it, for people."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.journal import Applied, Backup, Failure, MigrationResult, Prospect
from dbarchitect.render.digest import plural
from dbarchitect.render.untrusted import block, line

_SHOWN = 20  # differences and losses that are listed


def render_prospect(prospect: Prospect) -> str:
    """What is to be agreed to, over several lines."""
    return "\n".join(_prospect(prospect)) + "\n"


def render_applied(applied: Applied) -> str:
    """The result, over several lines."""
    return "\n".join(_applied(applied)) + "\n"


def _prospect(prospect: Prospect) -> Iterator[str]:
    verb = "go on with" if prospect.resumes else "apply" if prospect.direction == "up" else "roll back"
    yield f"{line(prospect.to)}: to {'record as applied, without running' if prospect.adopts else verb}"
    for id_, name, steps in prospect.migrations:
        yield f"  {line(id_)} {line(name)}: {plural(steps, 'step')}"
    yield from _listed("lost afterwards", prospect.loses)
    if prospect.endangered:
        saved = {"tables": "saved first", "full": "saved first, with the whole database", "none": "NOT saved"}
        yield f"  tables whose rows it can destroy ({saved[prospect.backup]}):"
        for table, why in list(prospect.endangered.items())[:_SHOWN]:
            yield f"    {line(table)}: {line(why)}"
    yield from _listed("not known" if prospect.adopts else "the rehearsal says", prospect.remarks)
    yield from _listed("forced, although", prospect.overridden)


def _applied(applied: Applied) -> Iterator[str]:
    done = applied.migrations
    verb = "adopted by" if applied.adopted else "applied to" if applied.direction == "up" else "rolled back on"
    if done or applied.failure is not None or applied.forced:
        plan = f" (plan {applied.plan})" if applied.plan else ""
        yield f"{plural(len(done), 'migration')} {verb} {line(applied.to)}{plan}"
    for one in done:
        yield f"  {_recorded(one) if applied.adopted else _migration(one)}"
    if applied.failure is not None:
        yield from _failure(applied.failure)
    for backup in applied.backups:
        yield from _backup(backup)
    yield from _listed("forced, although", applied.forced)
    if applied.differences:
        yield f"  the schema is not as it should be, compared with {line(applied.checked)}:"
        for one in applied.differences[:_SHOWN]:
            yield f"    {line(one)}"
        if len(applied.differences) > _SHOWN:
            yield f"    and {len(applied.differences) - _SHOWN:,} more"
    elif applied.checked:
        yield f"  checked: the schema equals {line(applied.checked)}"
    for note in applied.notes:
        yield f"  note: {line(note)}"
    if applied.next:
        yield (
            f"  next: {line(applied.next)}" if done or applied.failure else f"{line(applied.to)}: {line(applied.next)}"
        )


def _migration(one: MigrationResult) -> str:
    parts = [plural(one.did, "step")]
    if one.found_done:
        parts.append(f"{one.found_done} done before")
    if one.rows:
        parts.append(f"{one.rows:,} rows filled")
    if one.retries:
        parts.append(plural(one.retries, "retry", "retries"))
    return f"{line(one.id)} {line(one.name)}: {', '.join(parts)}, {one.seconds:.1f} s"


def _recorded(one: MigrationResult) -> str:
    return f"{line(one.id)} {line(one.name)}: {plural(one.steps, 'step')}, recorded and not run"


def _failure(failure: Failure) -> Iterator[str]:
    does = f": {line(failure.does)}" if failure.does else ""
    back = "the way back of " if failure.direction == "down" else ""
    yield f"stopped at step {failure.step} of {failure.of} of {back}{line(failure.migration)}{does}"
    state = f" ({failure.sqlstate})" if failure.sqlstate else ""
    tries = f", after {plural(failure.attempts, 'try', 'tries')}" if failure.attempts > 1 else ""
    yield f"  {line(failure.message)}{state}{tries}"
    for text in block(failure.statement).splitlines()[:_SHOWN]:
        yield f"    {text}"
    if failure.offenders:
        yield "  rows in the way:"
        for text in block(failure.offenders).splitlines():
            yield f"    {text}"
    if failure.hint:
        yield f"  try: {line(failure.hint)}"
    if failure.kind != "outside":
        yield "  what is done is in the history, and nothing is half-done"


def _backup(backup: Backup) -> Iterator[str]:
    what = f"{plural(len(backup.rows), 'table')}, {sum(backup.rows.values()):,} rows" if backup.rows else "snapshot"
    yield f"  backup: {line(backup.path)} ({what}{'; ' + line(backup.verified) if backup.verified else ''})"
    yield f"    restore: {line(backup.restore)}"


def _listed(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if not lines:
        return
    yield f"  {title}:"
    for one in lines[:_SHOWN]:
        yield f"    {line(one)}"
    if len(lines) > _SHOWN:
        yield f"    and {len(lines) - _SHOWN:,} more"
