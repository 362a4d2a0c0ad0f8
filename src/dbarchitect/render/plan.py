"""A plan between two schemas, for people and for tools: each step with its form and why, and the way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.model.drift import Drift
from dbarchitect.model.finding import Gap
from dbarchitect.model.plan import LOCKS, Lock, Plan, Step
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import plural
from dbarchitect.render.untrusted import block, json_document, line, without_passwords

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.plan/1"
Form = Literal["text", "json", "sql"]
_LONG = 12  # lines of a step's SQL that the text shows


def render_plan(
    source: str,
    target: str,
    plan: Plan,
    form: Form,
    *,
    scripts: tuple[str, str],
    gaps: Sequence[Gap] = (),
    kept: Sequence[Drift] = (),
    screen: Screen,
    version: str,
) -> str:
    """The plan as `form`. `scripts`: the way up and the way back as migration files have them; `sql` is the first.
    `kept`: what the target is code that cannot say."""
    if form == "sql":
        return scripts[0]
    if form == "json":
        body = {
            "source": source,
            "target": target,
            "gaps": list(gaps),
            "kept": list(kept),
            "plan": plan,
            "up": scripts[0],
            "down": scripts[1],
        }
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(body)})
    return printed(_parts(source, target, plan, gaps, kept), screen)


def _parts(source: str, target: str, plan: Plan, gaps: Sequence[Gap], kept: Sequence[Drift]) -> Iterator[Part]:
    if not plan.steps:
        but = ", but for what it cannot say" if kept else ""
        yield Text(f"nothing to do: {line(target)} is what {line(source)} is{but}", style="bold green")
    else:
        yield Text(
            f"{plural(len(plan.steps), 'step')} from {line(source)} to {line(target)}, "
            "run up and back on a private copy",
            style="bold green",
        )
    named = ", ".join(f"{line(key)} {line(value)}" for key, value in plan.proof.environment.items())
    yield Text(f"rehearsed: {line(plan.proof.method)} ({named})", style="dim")
    for word in plan.renames:
        yield Text(f"renamed: {line(word)}", style="cyan")
    for loss in plan.loses:
        yield Text(f"loses {line(loss)}", style="bold red")
    for number, step in enumerate(plan.steps, 1):
        yield Text("")
        yield from _step(number, step)
    if plan.demands:
        yield Text("")
        yield Text("rows decide: a step fails if any of these gives a row there", style="bold")
        for query in plan.demands[:_LONG]:
            yield Verbatim(Text(f"   {line(query)}"))
        if len(plan.demands) > _LONG:
            yield Text(f"   ... {plural(len(plan.demands) - _LONG, 'more', 'more')} (--format json)", style="dim")
    if plan.down:
        lost = tuple(dict.fromkeys(loss for step in plan.down for loss in step.loses))
        yield Text("")
        yield Text(f"way back: {plural(len(plan.down), 'step')}, ends in the schema that it started from", style="bold")
        for loss in lost:
            yield Text(f"  loses {line(loss)}, as far as it was filled since", style="yellow")
        for words in plan.remaining:
            yield Text(f"  does not bring back {line(words)} (--keep moves it aside instead)", style="yellow")
    if plan.no_way_back:
        yield Text("")
        yield Text(f"no way back: {line(plan.no_way_back)}", style="bold yellow")
    for words in plan.not_compared:
        yield Text(f"not compared: {line(words)}", style="yellow")
    if kept:
        yield Text(left_alone(kept, target), style="dim")
    for gap in gaps:
        yield Text(f"gap: {line(gap.kind)} {line(gap.name)}: {line(gap.effect)}", style="yellow")
    yield Text("")
    yield Verbatim(Text(f"rerun: {line(plan.proof.rerun)}", style="dim"))


def left_alone(kept: Sequence[Drift], target: str) -> str:
    """The line that says what of the source stays because the code `target` has no word for it."""
    return f"left alone: {_kinds(kept)}: {line(target)} cannot say that; `dba orm diff` lists it"


def _kinds(kept: Sequence[Drift]) -> str:
    """What they are, and how many: "check constraint (2), extension (1)"."""
    found = Counter((one.constructs[-1] if one.constructs else one.at.kind) for one in kept)
    return ", ".join(f"{line(kind)} ({count:,})" for kind, count in found.most_common())


def _step(number: int, step: Step) -> Iterator[Part]:
    outside = "" if step.transactional else " (outside a transaction)"
    batches = " (in batches)" if step.backfill is not None else ""
    yield Text(f"{number}. {line(step.does)}{outside}{batches}", style="bold")
    if step.why:
        yield Text(f"   {line(step.why)}", style="dim")
    if lock := _strongest(step):
        tables = [table for table, held in step.effects.locks.items() if held == lock]
        yield Text(f"   {lock} on {', '.join(map(line, tables))}", style="dim")
    for hazard in step.hazards:
        yield Text(f"   ! {line(hazard)}", style="yellow")
    for loss in step.loses:
        yield Text(f"   ! loses {line(loss)}", style="red")
    lines = [row for sql in step.sql for row in f"{block(without_passwords(sql))};".split("\n")]
    for row in lines[:_LONG]:
        yield Verbatim(Text(f"   {row}"))
    if len(lines) > _LONG:
        yield Text(f"   ... {plural(len(lines) - _LONG, 'more line')} (--format sql shows all)", style="dim")


def _strongest(step: Step) -> Lock | None:
    return max(step.effects.locks.values(), key=LOCKS.index, default=None)
