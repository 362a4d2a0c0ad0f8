"""A choice of database and ORM as text, JSON and Markdown: the answer first, then why, then what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from dbarchitect.design.choose import SCHEMA, Candidate, Choice, Measured, Measurement
from dbarchitect.design.evidence import Statement, disk_text
from dbarchitect.design.flips import Flip
from dbarchitect.render.digest import plural
from dbarchitect.render.untrusted import json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

_ROUTES = 8  # access patterns whose way is shown


def render_choice(found: Choice, form: Literal["text", "json", "markdown"], *, screen: Screen, version: str) -> str:
    """The choice as `form`, ending in a newline."""
    if form == "json":
        body: dict[str, Any] = msgspec.to_builtins(found)
        return json_document({"schema": SCHEMA, "version": version} | body)
    parts = _Markdown() if form == "markdown" else _Text()
    return "\n".join(_page(found, parts)) + "\n" if form == "markdown" else _printed(found, screen)


def _printed(found: Choice, screen: Screen) -> str:
    from rich.padding import Padding
    from rich.text import Text

    from dbarchitect.render.console import Part, printed

    parts: list[Part] = []
    for row in _page(found, _Text()):
        indent = len(row) - len(row.lstrip())
        body = row.lstrip()
        style = ""
        if row.startswith("\0"):
            body, style, indent = row[1:], "bold", 0
        # What is continued stands a little further in than where it began.
        text = Text(body, style=style)
        parts.append(Padding(text, (0, 0, 0, indent)) if indent else text)
    return printed(parts, screen)


class _Text:
    """Lines for a terminal; a line that begins with NUL is a heading."""

    def head(self, title: str) -> Iterator[str]:
        yield ""
        yield f"\0{title}"

    def item(self, text: str, deep: int = 1) -> str:
        return f"{'  ' * deep}{text}"

    def strong(self, text: str) -> str:
        return f"\0{text}"


class _Markdown:
    def head(self, title: str) -> Iterator[str]:
        yield ""
        yield f"## {title[:1].upper()}{title[1:]}"
        yield ""

    def item(self, text: str, deep: int = 1) -> str:
        return f"{'  ' * (deep - 1)}- {_escaped(text)}"

    def strong(self, text: str) -> str:
        return f"**{_escaped(text)}**"


def _escaped(text: str) -> str:
    for mark in ("\\", "`", "*", "_", "<", "[", "]", "|"):
        text = text.replace(mark, f"\\{mark}")
    return text


def _said(one: Statement) -> str:
    where = ""
    if one.source:
        # Where it is from at a glance; JSON has the whole address.
        host = one.source.removeprefix("https://").partition("/")[0] if "://" in one.source else "measured before"
        where = f"; {line(host)} {one.date}"
    return f"{line(one.text)} [{one.known}{where}]"


def _page(found: Choice, to: _Text | _Markdown) -> Iterator[str]:
    if isinstance(to, _Markdown):
        yield f"# A database for {_escaped(line(found.title or found.source))}"
        yield ""
    extensions = f" with {', '.join(found.extensions)}" if found.extensions else ""
    yield to.strong(
        f"{found.database.title}{extensions if found.database.option != 'pgvector' else ''}, and {found.orm.title}"
    )
    if isinstance(to, _Markdown):
        yield ""
    yield to.item(_figures(found))
    if found.cost is not None and found.cost_why is not None:
        yield to.item(f"about {found.cost:,.0f} USD a month: {_said(found.cost_why)}")
    yield from to.head("why")
    for one in found.database.serves:
        yield to.item(_said(one))
    for burden in found.database.burdens:
        yield to.item(f"against it: {_said(burden.said)}")
    yield to.item(f"{found.orm.title}: {'; '.join(_said(one) for one in found.orm.why)}")
    if found.orm.not_in_models:
        yield to.item(f"in the migration and not in the models: {', '.join(found.orm.not_in_models)}")
    if found.runner_up is not None:
        yield from to.head(f"the runner-up: {found.runner_up.title}, and {found.runner_up_orm}")
        for text in _behind(found.database, found.runner_up):
            yield to.item(text)
    if found.beside:
        yield from to.head("beside it")
        yield from (to.item(_said(one)) for one in found.beside)
    yield from to.head("not needed")
    yield from (to.item(_said(one)) for one in found.not_needed)
    yield from to.head("what would flip it (each one tried: the brief changed so, and chosen again)")
    yield from _flips(found, to)
    yield from _way_out(found, to)
    if found.measured is not None:
        yield from _measured(found.measured, to)
    yield from to.head("ruled out")
    for out in found.ruled_out:
        yield to.item(f"{out.title}: {_said(out.why[0])}")
    if found.assumed:
        yield from to.head("assumed")
        for one in found.assumed:
            yield to.item(f"{line(one.what)}, because {line(one.because)}; say it with: {line(one.say)}")
    if found.warnings:
        yield from to.head("warnings")
        yield from (to.item(line(one)) for one in found.warnings)
    if found.rerun:
        yield ""
        yield f"again: {line(found.rerun)}" if isinstance(to, _Text) else f"Again: `{line(found.rerun)}`"


def _figures(found: Choice) -> str:
    profile = found.profile
    size = f"{disk_text(profile.bytes_later)} in two years [{profile.sized}]" if profile.sized else "no sizes are said"
    rates = [
        f"{value:,.1f} {name} a second"
        for name, value in (("reads", profile.reads), ("writes", profile.writes))
        if value is not None
    ]
    said = f" [{profile.rated}]" if rates else ""
    counted = f"{plural(profile.entities, 'entity', 'entities')}, {plural(profile.relations, 'relation')}; {size}"
    return f"{counted}; {', '.join(rates) or 'no rates are said'}{said}"


def _behind(first: Candidate, second: Candidate) -> list[str]:
    """What the runner-up has against it that the answer has not."""
    texts = {one.said.text for one in first.burdens}
    more = [f"{_WEIGHTS[one.weight]}: {_said(one.said)}" for one in second.burdens if one.said.text not in texts]
    return more or ["as good by these reasons; the first is what more hosts and tools know"]


_WEIGHTS = {"beside": "another system", "work": "work of your own", "unasked": "not asked for"}


def _flips(found: Choice, to: _Text | _Markdown) -> Iterator[str]:
    """Grouped by the answer, so that it reads as: this, if one of these."""
    if not found.flips:
        yield to.item("nothing that was tried")
    groups: dict[tuple[str, str], list[Flip]] = {}
    for one in found.flips:
        orm = "" if one.database != found.database.option and one.orm == found.orm.orm else f", and {one.orm_title}"
        groups.setdefault((one.title, orm), []).append(one)
    for (title, orm), members in groups.items():
        yield to.item(f"{title}{orm}: if {', or '.join(one.when for one in members)}")


def _way_out(found: Choice, to: _Text | _Markdown) -> Iterator[str]:
    scaling = found.scaling
    yield from to.head("the way out beyond one machine")
    for step in scaling.steps:
        if step.step == "one machine":
            yield to.item(_said(step.said))
        else:
            yield to.item(f"{step.step}: {'yes' if step.reached else 'not needed'}; {_said(step.said)}")
    if not scaling.key:
        yield to.item("no distribution key: no entity holds others together")
        return
    kept = f"with it {', '.join(map(line, scaling.colocated))}" if scaling.colocated else "nothing is kept with it"
    yield to.item(f"distribution key, if ever: {line(scaling.key)}; {kept} [modelled]")
    if scaling.everywhere:
        yield to.item(f"on every machine: {', '.join(map(line, scaling.everywhere))}", 2)
    if scaling.apart:
        yield to.item(f"apart, so joins with them cross machines: {', '.join(map(line, scaling.apart))}", 2)
    for one in scaling.routed[:_ROUTES]:
        yield to.item(f"{line(one.access)}: {one.goes}, {line(one.why)}", 2)
    if len(scaling.routed) > _ROUTES:
        yield to.item(f"and {len(scaling.routed) - _ROUTES:,} more access patterns: --format json", 2)
    yield from (to.item(f"changes: {line(one)}", 2) for one in scaling.changes)


def _measured(found: Measured, to: _Text | _Markdown) -> Iterator[str]:
    yield from to.head("measured here")
    yield to.item(f"{', '.join(line(one) for one in found.engines.values())}: {line(found.how)}")
    for one in found.patterns:
        yield to.item(f"{line(one.access)}: {_times(one)}", 2)


def _times(one: Measurement) -> str:
    if one.skipped:
        return f"not run, {line(one.skipped)}"
    names: Sequence[tuple[str, str]] = (("postgresql", "PostgreSQL"), ("sqlite", "SQLite"))
    told = ", ".join(f"{title} {one.ms[name]:.3f} ms" for name, title in names if name in one.ms)
    return f"{told} [measured: the median of {one.runs} runs, {one.rows:,} rows]"
