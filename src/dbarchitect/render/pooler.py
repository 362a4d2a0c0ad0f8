"""What a pooler would break, for people and for tools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.model.pooler import PoolerReport
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import plural
from dbarchitect.render.untrusted import json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.pooler/1"
Form = Literal["text", "json"]
_SQL = 160


def render_pooler(found: PoolerReport, form: Form, *, screen: Screen, version: str) -> str:
    """The report as `form`."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(found)})
    return printed(_parts(found), screen)


def _parts(found: PoolerReport) -> Iterator[Part]:
    if not found.habits:
        yield Text(
            f"nothing among {plural(round(found.statements), 'statement')} counts on its session", style="bold green"
        )
    else:
        kinds = plural(len(found.habits), "kind")
        yield Text(
            f"{kinds} of statements break behind a pooler in transaction mode, of "
            f"{plural(round(found.statements), 'statement')}",
            style="bold yellow",
        )
    for one in found.habits:
        yield Text("")
        where = f", first at {line(one.first.file)}:{one.first.line}" if one.first is not None else ""
        silent = " (silently)" if one.silent else ""
        yield Text(f"{one.kind}{silent}: {round(one.calls):,} times{where}", style="bold")
        yield Text(f"  {one.happens}")
        for sql in one.statements:
            yield Verbatim(Text(f"    {line(sql[:_SQL])}", style="dim"))
        yield Text(f"  instead: {one.instead}")
        if one.proof.level != "asserted":
            seen = ", ".join(f"{line(name)}: {line(str(value))}" for name, value in one.proof.after.items())
            held = "shown" if one.proof.holds else "not so here"
            told = f"  {one.proof.level}, {held}: {line(one.proof.method)}" + (f" ({seen})" if seen else "")
            yield Text(told, style="dim")
    if found.around:
        yield Text("")
        yield Text("tried behind the same PgBouncer:")
        for what, proof in found.around:
            seen = ", ".join(f"{line(name)}: {line(str(value))}" for name, value in proof.after.items())
            told = "breaks" if proof.holds else "works"
            yield Text(f"  {what}: {told}" + (f" ({seen})" if proof.holds and seen else ""))
    yield Text("")
    yield Text(
        "What drivers prepare by the protocol is not in a statement's text: it needs max_prepared_statements "
        "(PgBouncer 1.21 or newer), or preparing switched off.",
        style="dim",
    )
