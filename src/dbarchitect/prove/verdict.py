"""What a rehearsal comes to: the worst of what was seen, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbarchitect.model.plan import Migration
from dbarchitect.model.rehearsal import VERDICTS, Rehearsal, Stop, Verdict

_FEW = 3
_BRIEF = 60  # characters of a statement that names it


def judged(result: Rehearsal, migrations: Sequence[Migration], max_block_s: float) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict on `result` and its reasons: what nobody knows, then the worst first.

    `max_block_s`: how long applications may wait.
    """
    found: list[tuple[Verdict, str]] = [_of_stop(stop) for stop in result.stops]
    if result.not_undone:
        found.append(
            ("does not undo", f"after the way back the schema is not what it was: {listed(result.not_undone)}")
        )
    declared = [loss for migration in migrations for step in migration.up for loss in step.loses]
    if result.not_restored and not declared:
        found.append(("does not undo", f"the way back does not restore rows of {listed(result.not_restored)}"))
    found += _blocking(result, max_block_s)
    found += _each("fails", (f"a query of the workload breaks: {one.broken}" for one in result.queries if one.broken))
    found += _each("fails", (f"{one.routine} breaks: {one.reason}" for one in result.routines if one.certain))
    found.sort(key=lambda one: -VERDICTS.index(one[0]))
    verdict: Verdict = found[0][0] if found else "good"
    reasons = [reason for _, reason in found]
    if result.not_run:
        verdict = "not all run" if verdict == "good" else verdict
        reasons.insert(0, f"nothing is known of what was not run: {listed([brief(one) for one in result.not_run])}")
    return verdict, tuple(dict.fromkeys(reasons))


def brief(statement: str) -> str:
    """The beginning of a statement, on one line."""
    return " ".join(statement.split())[:_BRIEF]


def listed(names: Sequence[str]) -> str:
    """The first few of `names`, and how many more there are."""
    more = len(names) - _FEW
    return ", ".join(names[:_FEW]) + (f" and {more:,} more" if more > 0 else "")


def _each(verdict: Verdict, reasons: Iterable[str]) -> list[tuple[Verdict, str]]:
    return [(verdict, reason) for reason in reasons]


def _of_stop(stop: Stop) -> tuple[Verdict, str]:
    where = f"{stop.migration} step {stop.number}"
    if stop.phase == "down":
        return "does not undo", f"the way back of {where} fails: {stop.refusal.message}"
    if stop.of_rows:
        return "depends", f"{where} depends on rows; made-up ones are refused: {stop.refusal.message}"
    return "fails", f"{where} fails{'' if stop.phase == 'up' else ' when it is run again'}: {stop.refusal.message}"


def _blocking(result: Rehearsal, max_block_s: float) -> list[tuple[Verdict, str]]:
    found: list[tuple[Verdict, str]] = []
    for step in result.of("up"):
        worst = max(step.blocking, key=lambda one: one.seconds or 0.0, default=None)
        if worst is not None and (worst.seconds or 0.0) > max_block_s:
            what = f"holds {worst.lock} on {worst.table} for about {worst.seconds:,.0f} s"
            found.append(("blocks", f"{step.migration} step {step.number} {what}"))
    for step in result.of("again"):
        slow = max(step.waits, key=lambda one: one.milliseconds, default=None)
        if slow is not None and slow.milliseconds > max_block_s * 1000:
            what = f"kept a {slow.kind} of {slow.table} waiting for {slow.milliseconds / 1000:,.1f} s"
            found.append(("blocks", f"{step.migration} step {step.number} {what}"))
    return found
