"""Plans side by side, for people, for tools and for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.model.plan_diff import Change, ComparedQuery, PlanDiff
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import PLANNER_COST, amount, plural
from dbarchitect.render.github import command
from dbarchitect.render.markdown import LIMIT, code, fence, prose
from dbarchitect.render.untrusted import block, json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.plan-diff/1"
Form = Literal["text", "json", "markdown", "github"]
_SHOWN = 20  # queries in full; the rest is in the JSON
_SQL = 100
_MANIFOLD = 2.0
_FIGURES = "  (cost "
_STYLES: dict[Change, str] = {
    "broken": "bold red", "worse": "bold red", "better": "bold green", "other plan": "bold yellow", "same": "dim",
}  # fmt: skip
_MARKS: dict[Change, str] = {"broken": "🔴", "worse": "🔴", "better": "🟢", "other plan": "🟡", "same": ""}


def render_plan_diff(
    found: PlanDiff, form: Form, *, limit: float | None, screen: Screen, version: str, root: Path
) -> str:
    """The comparison as `form`; `limit`: the factor past which a dearer query counts as a failure."""
    if form == "json":
        body = msgspec.to_builtins(found)
        for one, query in zip(found.queries, body["queries"], strict=True):
            query["change"] = one.change
        return json_document({"schema": SCHEMA, "version": version, **body})
    if form == "markdown":
        return _within(list(_markdown(found, limit)))
    if form == "github":
        return "".join(f"{one}\n" for one in _github(found, limit, root))
    return printed(_parts(found, limit), screen)


def verdict(found: PlanDiff) -> str:
    """The whole in a line."""
    queries = plural(len(found.queries), "query", "queries")
    counted = [(name, sum(one.change == name for one in found.queries)) for name in _STYLES if name != "same"]
    parts = [f"{count:,} {name}" for name, count in counted if count]
    if not parts:
        return f"no plan changes: {queries} planned twice"
    cost = ""
    if found.total_before:
        share = found.total_after / found.total_before
        shown = f"{share:.1%} of" if share < _MANIFOLD else f"{share:,.1f} times"
        cost = f"; the workload costs {shown} what it did"
    return f"of {queries}: {', '.join(parts)}{cost}"


def _parts(found: PlanDiff, limit: float | None) -> Iterator[Part]:
    bad = () if limit is None else found.worse_than(limit)
    yield Text(line(verdict(found)), style="bold red" if bad else "bold green")
    yield Text(f"before: {line(found.before)}", style="dim")
    yield Text(f"after:  {line(found.after)}", style="dim")
    named = ", ".join(f"{line(key)} {line(value)}" for key, value in found.proof.environment.items())
    yield Text(f"{found.proof.level}: {line(found.proof.method)} ({named})", style="dim")
    changed = [one for one in found.queries if one.change != "same"]
    for number, one in enumerate(changed[:_SHOWN], 1):
        yield Text("")
        yield Text(f"{number}. {_headline(one)}", style=_STYLES[one.change])
        yield Verbatim(Text(f"   {_query(one)}"))
        if one.broken:
            yield Text(f"   {line(one.broken)}")
        if one.parameters:
            yield Text(f"   with {line(', '.join(one.parameters))}", style="dim")
        for text in tree_diff(one.before_plan, one.after_plan):
            style = {"-": "red", "+": "green"}.get(text[0], "dim")
            yield Verbatim(Text(f"   {_safe(text)}", style=style))
    if len(changed) > _SHOWN:
        yield Text(f"and {plural(len(changed) - _SHOWN, 'more', 'more')} (--format json)", style="dim")
    for text in _remarks(found):
        yield Text(line(text), style="yellow")
    if found.proof.rerun:
        yield Text("")
        yield Verbatim(Text(f"again: {line(found.proof.rerun)}", style="dim"))


def _headline(one: ComparedQuery) -> str:
    calls = f"{one.calls:,.0f} {'call' if one.calls == 1 else 'calls'}"
    place = f", {line(str(one.position))}" if one.position else ""
    known = ", accepted" if one.accepted else ""
    if one.after is None:
        return f"broken{known} ({calls}{place})"
    times = ""
    if one.change == "worse":
        times = f" {amount(round(one.ratio, 1))}x"
    elif one.change == "better":
        times = f" {amount(round(one.before / one.after, 1))}x" if one.after else ""
    return (
        f"{one.change}{times}{known}: {PLANNER_COST.name} {amount(one.before)} -> {amount(one.after)} ({calls}{place})"
    )


def _query(one: ComparedQuery) -> str:
    text = line(" ".join(one.sql.split()))
    return text if len(text) <= _SQL else f"{text[:_SQL]}..."


def tree_diff(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Two trees as one text: `- ` before what is gone, `+ ` before what is new, two blanks before what both do, with
    the figures of the second, and those of the first where they are others."""
    old, new = ([one.partition(_FIGURES) for one in lines] for lines in (before, after))
    matcher = SequenceMatcher(a=[one[0] for one in old], b=[one[0] for one in new], autojunk=False)
    found: list[str] = []
    for kind, start, end, other, last in matcher.get_opcodes():
        if kind != "equal":
            found += [f"- {''.join(one)}" for one in old[start:end]] + [f"+ {''.join(one)}" for one in new[other:last]]
            continue
        for was, now in zip(old[start:end], new[other:last], strict=True):
            found.append(f"  {''.join(now)}" + ("" if was == now else f", was ({was[2]}"))
    return found


def _remarks(found: PlanDiff) -> Iterator[str]:
    yield from found.notes
    for gap in (*found.only_after, *found.left_out):
        yield f"{gap.kind} {gap.name}: {gap.effect}"


def _markdown(found: PlanDiff, limit: float | None) -> Iterator[str]:
    bad = () if limit is None else found.worse_than(limit)
    yield f"## Query plans: {prose(verdict(found))}\n"
    yield f"Before: {prose(line(found.before))}  \nAfter: {prose(line(found.after))}\n"
    if limit is not None:
        words = plural(len(bad), "query is", "queries are")
        yield f"{words} {limit:g} times as dear or broken.\n" if bad else f"No query is {limit:g} times as dear.\n"
    changed = [one for one in found.queries if one.change != "same"]
    if changed:
        yield f"| | query | calls | {PLANNER_COST.name} before | after | |\n|---|---|--:|--:|--:|---|"
    for one in changed[:_SHOWN]:
        after = "" if one.after is None else amount(one.after)
        words = prose(_headline(one).partition(":")[0].partition(" (")[0])
        shown = code(_query(one), cell=True)
        yield f"| {_MARKS[one.change]} | {shown} | {one.calls:,.0f} | {amount(one.before)} | {after} | {words} |"
    for one in changed[:_SHOWN]:
        body = line(one.broken) if one.broken else "\n".join(map(_safe, tree_diff(one.before_plan, one.after_plan)))
        values = f"\n-- with {line(', '.join(one.parameters))}" if one.parameters else ""
        yield (
            f"\n<details><summary>{prose(_headline(one))}</summary>\n\n{fence(block(one.sql) + values, 'sql')}\n\n"
            f"{fence(body, 'diff')}\n\n</details>"
        )
    remarks = [f"- {prose(line(one))}" for one in _remarks(found)]
    if remarks:
        yield "\n" + "\n".join(remarks)
    if found.proof.rerun:
        yield f"\nAgain: {code(found.proof.rerun)}"


def _safe(text: str) -> str:
    """A line of a tree with its indentation."""
    return text[:2] + " " * (len(text[2:]) - len(text[2:].lstrip())) + line(text[2:])


def _within(pieces: list[str]) -> str:
    """As many pieces as a comment takes."""
    found: list[str] = []
    size = 0
    for place, one in enumerate(pieces):
        size += len(one) + 1
        if size > LIMIT:
            found.append(f"\n{len(pieces) - place} more parts do not fit into a comment.")
            break
        found.append(one)
    return "\n".join(found) + "\n"


def _github(found: PlanDiff, limit: float | None, root: Path) -> Iterator[str]:
    bad = {id(one) for one in (() if limit is None else found.worse_than(limit))}
    for one in found.queries:
        if one.change not in ("broken", "worse"):
            continue
        properties: dict[str, str] = {}
        if one.position is not None:
            path = Path(one.position.file)
            properties["file"] = line(str(path.relative_to(root) if path.is_relative_to(root) else path))
            properties["line"] = str(one.position.line)
        properties["title"] = line(_headline(one))
        text = "\n".join([_query(one), *([line(one.broken)] if one.broken else [])])
        yield command("error" if id(one) in bad else "warning", properties, text)
    yield f"dba: {line(verdict(found))}"
