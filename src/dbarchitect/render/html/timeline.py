"""The locks of a rehearsal over time: a lane for each table, and who has to wait while a lock is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dbarchitect.model.rehearsal import Rehearsed, blocks
from dbarchitect.render.digest import amount
from dbarchitect.render.untrusted import line

_LEAST = 0.03  # of the width: an instant can still be seen
_KINDS = {"reads and writes": "all", "writes": "writes", "DDL and vacuum": "ddl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A table: its bars, and for how long it keeps whom waiting, in words. `kind` is that of the worst lock."""

    table: str
    bars: Markup
    said: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """`scale`: where each step begins, by number; `to_scale`: whether widths are times."""

    lanes: tuple[Lane, ...]
    scale: Markup
    to_scale: bool


def timeline(steps: Sequence[Rehearsed]) -> Timeline:
    """The timeline of steps that follow each other. Times are those estimated for the source."""
    known = [one.seconds for one in steps]
    total = sum(one or 0.0 for one in known)
    # Without times each statement is as long as the next.
    weights = [
        (one or 0.0) / total if total > 0 else len(step.statements) for one, step in zip(known, steps, strict=True)
    ]
    least = _LEAST * sum(weights)
    widths = [max(one, least) for one in weights]
    whole = sum(widths) or 1.0
    starts = [sum(widths[:number]) / whole for number in range(len(widths))]
    tables = dict.fromkeys(held.table for step in steps for held in step.held if blocks(held.lock))
    scale = Markup().join(
        Markup('<line x1="{0}%" x2="{0}%" y1="0" y2="100%"/><text x="{0}%" dx="4" y="14">{1}</text>').format(
            f"{start * 100:.2f}", number
        )
        for number, start in enumerate(starts, 1)
        if number == 1 or start - starts[number - 2] > 0.02
    )
    lanes = [_lane(table, steps, starts, [one / whole for one in widths]) for table in tables]
    return Timeline(lanes=tuple(lanes), scale=scale, to_scale=total > 0 and all(one is not None for one in known))


def _lane(table: str, steps: Sequence[Rehearsed], starts: Sequence[float], widths: Sequence[float]) -> Lane:
    bars: list[Markup] = []
    waiting: dict[str, float | None] = {}
    for number, (step, start, width) in enumerate(zip(steps, starts, widths, strict=True), 1):
        for held in step.held:
            who = blocks(held.lock)
            if held.table != table or not who:
                continue
            before = (held.since - 1) / max(len(step.statements), 1)
            if held.seconds is not None and step.seconds:
                before = max(1.0 - held.seconds / step.seconds, 0.0)
            took = "for a time that is not known" if held.seconds is None else f"for {amount(held.seconds, 's')}"
            said = f"step {number}: {held.lock} {took}, blocks {who}"
            bars.append(
                Markup('<rect class="{}" x="{}%" width="{}%" y="3" height="16"><title>{}</title></rect>').format(
                    _KINDS[who], f"{(start + width * before) * 100:.2f}", f"{width * (1 - before) * 100:.2f}", said
                )
            )
            so_far = waiting.get(who, 0.0)
            waiting[who] = None if so_far is None or held.seconds is None else so_far + held.seconds
    order = sorted(waiting, key=[*_KINDS].index)
    said = "; ".join(
        who
        if waiting[who] is None
        else f"{who} for {amount(waiting[who], 's')}"
        if waiting[who]
        else f"{who}, an instant"
        for who in order
    )
    return Lane(table=line(table), bars=Markup().join(bars), said=said, kind=_KINDS[order[0]])
