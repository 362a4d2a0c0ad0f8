"""Repeated statements for people, for tools, and as annotations on the lines that send them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.model.nplusone import NPlusOne, Repeated
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import listed, plural
from dbarchitect.render.github import command
from dbarchitect.render.untrusted import block, json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.n-plus-one/1"
Form = Literal["text", "json", "github"]
ORMS = ("sqlalchemy", "prisma", "drizzle", "kysely", "tortoise")
_TITLES = {"n+1": "N+1 query", "duplicate": "repeated query", "row-by-row": "writes row by row"}
_SQL = 160
_SITE = re.compile(r"(?P<file>.+):(?P<line>\d+)(?: in (?P<function>.*))?\Z")


def render_n_plus_one(
    found: Sequence[NPlusOne],
    form: Form,
    *,
    screen: Screen,
    root: Path,
    version: str,
    statements: int | None = None,
    accepted: int = 0,
    orms: Sequence[str] = (),
) -> str:
    """The findings as `form`. `statements`: how many executions were looked at; `accepted`: findings that a baseline
    or an ignore took out; `orms`: whose fixes are shown, where the executions do not say (the JSON has all)."""
    if form == "json":
        listed_ = [{"key": one.key, **msgspec.to_builtins(one)} for one in found]
        head = {"schema": SCHEMA, "version": version, "statements": statements, "accepted": accepted}
        return json_document({**head, "findings": listed_})
    closing = verdict(found, statements, accepted)
    if form == "github":
        return "\n".join([*(_annotation(one, root, orms) for one in found), f"dba: {closing}"]) + "\n"
    return printed(_parts(found, closing, orms), screen)


def verdict(found: Sequence[NPlusOne], statements: int | None = None, accepted: int = 0) -> str:
    """One line: how many of each kind, and what they cost."""
    over = f" in {plural(statements, 'statement')}" if statements is not None else ""
    known = f" ({plural(accepted, 'accepted one', 'accepted ones')} not shown)" if accepted else ""
    if not found:
        return f"no repeated statements{over}{known}"
    kinds = [one.kind for one in found]
    names = {"n+1": ("N+1 query", "N+1 queries"), "duplicate": ("repeated query", "repeated queries")}
    parts = [plural(kinds.count(kind), *names[kind]) for kind in names if kind in kinds]
    if "row-by-row" in kinds:
        parts.append(plural(kinds.count("row-by-row"), "loop of writes", "loops of writes"))
    needless = sum(one.count - one.places for one in found)
    wasted = sum(one.wasted_ms or 0.0 for one in found)
    spent = f", {milliseconds(wasted)}" if wasted else ""
    return f"{listed(parts)}{over}: {plural(needless, 'statement')} too many{spent}{known}"


def lines_of(one: NPlusOne, orms: Sequence[str] = ()) -> list[str]:
    """One finding in plain lines, safe to print: what, where, after what, how often, and what to write instead."""
    place = line(one.site) or "unknown call site"
    lines = [f"{_TITLES[one.kind]}: {place}", f"  {one.count:,} x {_shown(one.child)}"]
    if one.parent is not None:
        rows = "" if one.parent.rows is None else f", {plural(round(one.parent.rows), 'row')}"
        at = f", {line(one.parent.site)}" if one.parent.site and one.parent.site != one.site else ""
        lines.append(f"  after {_shown(one.parent)} ({plural(one.parent.calls, 'execution')}{rows}{at})")
    where = f" in {plural(one.places, 'place')} (up to {one.worst:,} in one)" if one.places > 1 else ""
    cost = ""
    if one.total_ms is not None and one.wasted_ms is not None:
        share = f" ({one.share:.1%} of all)" if one.share is not None else ""
        cost = f": {milliseconds(one.total_ms)}, of which {milliseconds(one.wasted_ms)} for nothing{share}"
    lines.append(f"  {plural(one.count, 'execution')}{where}{cost}")
    if one.because:
        lines.append(f"  confidence {one.confidence}: {'; '.join(line(why) for why in one.because)}")
    shown = [one.orm] if one.orm in one.fixes else [name for name in orms if name in one.fixes]
    names = (*shown, *(rest for rest in ("code", "sql", "copy") if rest in one.fixes))
    return lines + [f"  fix ({name}): {_on_one_line(one.fixes[name])}" for name in names]


def _on_one_line(text: str) -> str:
    """SQL to copy, on one line unless it holds a comment that the next line would then belong to."""
    return block(text) if "--" in text else line(" ".join(text.split()))


def milliseconds(amount: float) -> str:
    """A time for people: 0.42 ms, 350 ms, 12.3 s."""
    if amount >= 10_000:
        return f"{amount / 1000:,.1f} s"
    return f"{amount:,.2f} ms" if amount < 10 else f"{amount:,.0f} ms"


def _shown(statement: Repeated) -> str:
    text = line(" ".join(statement.sql.split()))
    return text if len(text) <= _SQL else f"{text[: _SQL // 2]} ... {text[-_SQL // 2 :]}"


def _parts(found: Sequence[NPlusOne], closing: str, orms: Sequence[str]) -> Iterator[Part]:
    yield Text(closing, style="bold" if found else "bold green")
    for number, one in enumerate(found, 1):
        yield Text("")
        first, *rest = lines_of(one, orms)
        yield Text(f"{number}. {first}", style="bold")
        for text in rest:
            fix = text.startswith("  fix (")
            yield Verbatim(Text(f" {text}")) if fix else Text(f" {text}", style="dim")


def _annotation(one: NPlusOne, root: Path, orms: Sequence[str]) -> str:
    properties: dict[str, str] = {}
    site = _SITE.match(one.site)
    if site:
        path = Path(site["file"])
        inside = path.is_absolute() and path.is_relative_to(root)
        properties = {"file": line((path.relative_to(root) if inside else path).as_posix()), "line": site["line"]}
    properties["title"] = f"{_TITLES[one.kind]}, {plural(one.count, 'execution')} ({one.confidence})"
    level = "notice" if one.confidence == "low" else "warning"
    return command(level, properties, "\n".join(lines_of(one, orms)[1:]))
