"""What is known of a platform, for people and for tools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.model.platform import PlatformReport
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.untrusted import json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.platform/1"
Form = Literal["text", "json"]
_DOORS = {
    "direct": "the server itself",
    "session": "its pooler in session mode: as good as the server, for as many clients as the pool is large",
    "transaction": "its pooler in transaction mode: another server for every transaction",
}


def render_platform(found: PlatformReport, form: Form, *, screen: Screen, version: str) -> str:
    """The report as `form`."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(found)})
    return printed(_parts(found), screen)


def _parts(found: PlatformReport) -> Iterator[Part]:
    if found.door is None:
        yield Text(found.title, style="bold")
    else:
        yield Text(f"{found.title}: {_DOORS[found.door.door]}", style="bold")
        yield Verbatim(Text(f"  {line(found.door.url)}", style="dim"))
        if found.door.door == "transaction":
            yield Text("  for applications; migrations, --copy, --server, LISTEN and session locks go past it:")
            yield Verbatim(Text(f"  {line(found.past)}"))
            yield Text("  dba workload pooler LOG --prove shows which statements of an application break here")
    yield Text("")
    for fact in found.facts:
        yield Text(f"{fact.about}: {line(fact.says)}")
        yield Text(f"  {line(fact.source)}, {fact.date}", style="dim")
    yield Text("")
    yield Text(f"a rehearsal on a copy there: {found.copy_note}")
    yield Verbatim(Text("  dba migrate rehearse FOLDER --source URL --measure \\"))
    yield Verbatim(Text(f"    --copy-with {_quoted(found.copy_with)} \\"))
    yield Verbatim(Text(f"    --drop-copy-with {_quoted(found.drop_copy_with)}"))
    yield Text("  not tried against the service: by the help of its own command line", style="dim")
    yield Text("")
    yield Text(f"{len(found.extensions)} extensions ({found.extensions_date}, {found.extensions_source})")
    yield Text(f"  {', '.join(found.extensions)}", style="dim")
    for name, terms in {**found.extensions_terms, **found.extensions_refused}.items():
        yield Text(f"  {name}: {'refused: ' if name in found.extensions_refused else ''}{terms}")
    yield Text(f"  dba check SOURCE --platform {found.platform} says which of a schema are not there")
    for warning in found.warnings:
        yield Text(f"warning: {line(warning)}", style="yellow")


def _quoted(command: str) -> str:
    """A command in single quotes, for a POSIX shell."""
    return "'" + command.replace("'", "'\\''") + "'"
