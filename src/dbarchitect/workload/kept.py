"""A workload that goes on later: what was counted, and how far each log was read."""

from __future__ import annotations

from collections.abc import Iterable

from dbarchitect.model.query import Workload
from dbarchitect.model.value import Value

from .entry import Logged, resolved
from .files import Mark
from .fold import Fold, Rest
from .reading import Reading

SCHEMA = "dbarchitect.workload/1"
_MOST_PENDING = 10_000


class Pending(Value, frozen=True, kw_only=True):
    """A statement whose duration was still to come when the log ended. `session` "" stands for all without one."""

    sql: str
    session: str = ""
    at: float | None = None
    detail: str = ""


class Counts(Value, frozen=True, kw_only=True):
    """What was read: `statements` counted, `errors` that failed, `controls` (BEGIN, COMMIT and the like), `broken`
    lines that could not be read, `others` spans of other databases. The last four are left out of the queries."""

    statements: int = 0
    errors: int = 0
    controls: int = 0
    broken: int = 0
    others: int = 0


class KeptWorkload(Workload, frozen=True, kw_only=True):
    """`Workload` with what is needed to go on: its JSON is read as a `Workload` by whoever wants no more. `first` and
    `last` are seconds since the epoch; `refused` are the statements that are no queries: text, reason, times;
    `noted` is what workloads that were read had left out."""

    schema: str
    marks: tuple[Mark, ...] = ()
    pending: tuple[Pending, ...] = ()
    first: float | None = None
    last: float | None = None
    counts: Counts = Counts()
    refused: tuple[tuple[str, str, float], ...] = ()
    noted: tuple[tuple[str, str], ...] = ()
    rest: Rest = Rest()


def resumed(kept: KeptWorkload | None, fold: Fold, reading: Reading) -> None:
    """Put what was counted before back in its places."""
    if kept is None:
        return
    fold.add_workload(kept)
    fold.noted = list(kept.noted)  # the rest of what it had left out is counted anew
    for sql, _, calls in kept.refused:
        fold.add(sql, (), None, None, calls=calls)
    fold.statements = kept.counts.statements
    fold.window = None if kept.first is not None else kept.window_seconds
    fold.rest = kept.rest
    fold.span(kept.first, kept.last)
    for one in kept.pending:
        fold.add(
            *resolved(one.sql, one.detail), None, None, calls=-1
        )  # whether it is a call shows when its next line comes
        reading.sessions.wait(Logged(one.sql, None, one.at, one.session, detail=one.detail))


def kept_workload(
    fold: Fold, reading: Reading, marks: Iterable[Mark], before: KeptWorkload | None, origin: str
) -> KeptWorkload:
    """What has been counted so far, with the places to go on from."""
    was = before.counts if before is not None else Counts()
    sessions, tally = reading.sessions, reading.tally
    waiting = sessions.waiting()[:_MOST_PENDING]
    for one in waiting:  # as things stand they were run
        fold.add(*resolved(one.sql, one.detail), None, None, place=(reading.files[-1], one.line))
    counts = Counts(
        statements=fold.statements,
        errors=was.errors + sessions.errors + tally.errors,
        controls=was.controls + sessions.controls,
        broken=was.broken + tally.broken,
        others=was.others + tally.others,
    )
    workload = fold.workload(origin, _notes(counts, reading))
    old = (mark for mark in (before.marks if before is not None else ()))
    rest = [mark for mark in old if (mark.head, mark.head_bytes) not in reading.superseded]
    latest = {(mark.head, mark.head_bytes): mark for mark in (*rest, *marks)}
    kept = KeptWorkload(
        schema=SCHEMA,
        queries=workload.queries,
        window_seconds=workload.window_seconds,
        origin=workload.origin,
        rejected=workload.rejected,
        marks=tuple(latest.values()),
        pending=tuple(Pending(sql=one.sql, session=one.session, at=one.at, detail=one.detail) for one in waiting),
        first=fold.first,
        last=fold.last,
        counts=counts,
        refused=fold.refused(),
        noted=tuple(fold.noted),
        rest=fold.rest,
    )
    for one in waiting:
        fold.add(*resolved(one.sql, one.detail), None, None, calls=-1)
    return kept


def _notes(counts: Counts, reading: Reading) -> list[tuple[str, str]]:
    notes: list[tuple[str, str]] = []
    if counts.errors:
        notes.append((f"{counts.errors:,} errors", "a statement that failed is not counted"))
    if counts.broken:
        notes.append((f"{counts.broken:,} lines", "they could not be read: another log_line_prefix, or damaged"))
    if counts.others:
        notes.append((f"{counts.others:,} spans", "of another database than PostgreSQL"))
    zones = sorted(reading.sessions.clock.unknown)
    return [*notes, *((f"time zone {zone}", "not known: its times count as UTC") for zone in zones)]
