"""The report of `dba migrate rehearse`: the verdict, who is blocked when, each step, the way back, the queries."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime

from dbarchitect.model.rehearsal import Held, Rehearsal, Rehearsed, Verdict, blocks
from dbarchitect.render import rehearsal_words as words
from dbarchitect.render.digest import amount, plural
from dbarchitect.render.untrusted import without_passwords

from . import Site, page
from .timeline import timeline

_MARKS: dict[Verdict, str] = {
    "good": "good",
    "not all run": "warn",
    "depends": "warn",
    "blocks": "bad",
    "does not undo": "bad",
    "fails": "bad",
}


def rehearsal_page(rehearsal: Rehearsal, *, kept: str, then: str, version: str, site: Site | None = None) -> str:
    """The page. `kept`: the file that the rehearsal was written to; `then`: what to run next."""
    steps = [(step, again) for step, again in words.steps(rehearsal)]
    time = timeline([step for step, _ in steps])
    head = words.head(rehearsal)
    stops = [(stop, words.stop_words(stop)) for stop in rehearsal.stops]
    back, queries, changes = words.way_back(rehearsal), words.queries(rehearsal), words.changes(rehearsal)
    contents = [
        ("stops", "Where it stops", len(stops)) if stops else None,
        ("locks", "Who is blocked", len(time.lanes)),
        ("steps", "Steps", len(steps)),
        ("back", "Way back", None) if back else None,
        ("queries", "Queries", rehearsal.planned) if queries else None,
        ("changes", "What changes", len(changes)) if changes else None,
        ("again", "Again", None),
    ]
    source = without_passwords(rehearsal.source)
    return page(
        "rehearsal.html",
        site=site,
        verb="migrate rehearse",
        subject=source,
        title=f"{', '.join(rehearsal.migrations[:3])}: dba migrate rehearse",
        heading=_names(rehearsal.migrations),
        mark=_MARKS[rehearsal.verdict],
        verdict=f"{head[:1].upper()}{head[1:]}.",
        facts=_facts(rehearsal, [step for step, _ in steps]),
        contents=[one for one in contents if one is not None],
        version=version,
        made_at=_moment(rehearsal.rehearsed_at),
        rehearsal=rehearsal,
        under=words.under(rehearsal),
        stops=stops,
        time=time,
        steps=[
            (
                step,
                words.title(step),
                [one for one in (words.work(step.effects), words.taken(step, again), words.waits(again)) if one],
                [(held, blocks(held.lock), _seconds(held)) for held in step.held],
            )
            for step, again in steps
        ],
        expected=rehearsal.expected if rehearsal.verdict != "fails" else (),
        expected_words=words.EXPECTED,
        examples=words.example,
        back=back,
        back_bad=bool(rehearsal.not_undone or rehearsal.not_restored or not rehearsal.reversible),
        queries=queries,
        query_words=words.query,
        changes=changes,
        command=shlex.join([*map(without_passwords, rehearsal.command), "--format", "html", "-o", "report.html"]),
        kept=kept,
        then=then,
    )


def _names(migrations: Sequence[str]) -> str:
    if len(migrations) <= 2:
        return " and ".join(migrations) or "No migration"
    return f"{migrations[0]} to {migrations[-1]}"


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%d %B %Y, %H:%M} UTC" if text else ""


def _seconds(held: Held) -> str:
    return "" if held.seconds is None else amount(held.seconds, "s") if held.seconds >= 0.1 else "an instant"


def _facts(rehearsal: Rehearsal, steps: Sequence[Rehearsed]) -> list[tuple[str, str, str]]:
    found = [("Migrations", f"{len(rehearsal.migrations):,}", plural(len(steps), "step"))]
    known = [one.seconds for one in steps if one.seconds is not None]
    if known:
        found.append(("Takes about", amount(sum(known), "s"), "on the source, estimated"))
    blocking = [held for step in steps for held in step.blocking]
    longest = max((held.seconds for held in blocking if held.seconds is not None), default=None)
    if blocking and longest is not None:
        said = amount(longest, "s") if longest >= 0.1 else "an instant"
        found.append(("Longest block", said, "that applications wait for"))
    elif steps and not blocking:
        found.append(("Longest block", "none", "no read or write waits"))
    waits = [one for step in rehearsal.steps for one in step.waits if one.tries]
    if waits:
        worst = max(waits, key=lambda one: one.milliseconds)
        found.append(("Longest wait measured", amount(worst.milliseconds, "ms"), f"a {worst.kind} of {worst.table}"))
    rows = f"{rehearsal.row_count:,}" if rehearsal.row_count else "none"
    found.append(("Rows on the copy", rows, rehearsal.rows if rehearsal.row_count else ""))
    found.append(("Plan", rehearsal.plan[:12], "what apply asks for"))
    return found
