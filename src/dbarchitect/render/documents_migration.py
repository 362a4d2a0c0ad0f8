"""A migration of a document database and its runs, for people and for tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.model.documents_migration import DocumentMigration, DocumentProspect, DocumentRun
from dbarchitect.render.console import Part, printed
from dbarchitect.render.documents import SCHEMA
from dbarchitect.render.untrusted import json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen


def render_plan(
    made: DocumentMigration, form: Literal["text", "json"], *, files: Sequence[Path], screen: Screen, version: str
) -> str:
    """The steps, with the documents that are in the way."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(made)})
    return printed(_plan(made, files), screen)


def _plan(made: DocumentMigration, files: Sequence[Path]) -> Iterator[Part]:
    many = f"{len(made.steps):,} step{'' if len(made.steps) == 1 else 's'}" if made.steps else "nothing to change"
    yield Text(f"{line(made.source)}: {many}", style="bold")
    for one in made.steps:
        back = "" if one.down or one.kind == "count" else ", no way back"
        yield Text(f"{one.number}. {line(one.title)}{back}")
        if one.kind != "count":
            continue
        if one.offenders is None:
            yield Text("   not counted: it took longer than a minute", style="yellow")
        elif one.offenders:
            yield Text(f"   {one.offenders:,} are in the way, such as {line(', '.join(one.some))}", style="bold red")
        else:
            yield Text("   measured: none", style="dim")
    for note in made.notes:
        yield Text(line(note), style="yellow")
    if made.rehearsed:
        yield Text(
            f"rehearsed on {line(made.rehearsed)}: up and down, the state then equal to the one before", style="dim"
        )
    elif made.steps:
        yield Text("asserted: no scratch server was named (--server)", style="dim")
    if files:
        yield Text(f"written: {', '.join(map(str, files))}")


def render_prospect(prospect: DocumentProspect) -> str:
    """What of a journal is to be agreed to, over several lines."""
    made, back = prospect.migration, prospect.direction == "down"
    verb = f"go {'back' if back else 'on'} with" if prospect.opened else "undo"
    said = [f"{line(made.source)}: to {verb} {line(made.id)}"]
    said += [f"  {'back: ' if back else ''}{one.number}. {line(one.title)}" for one in prospect.steps]
    return "\n".join(said) + "\n"


def render_run(run: DocumentRun, form: Literal["text", "json"], *, screen: Screen, version: str) -> str:
    """What a run did."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(run)})
    return printed(_run(run), screen)


def _run(run: DocumentRun) -> Iterator[Part]:
    for one in run.done:
        yield Text(f"done: {line(one)}")
    if run.stopped:
        yield Text(f"stopped: {line(run.stopped)}", style="bold red")
        way = "--resume goes on after that, --undo goes back" if run.direction == "up" else "--undo again after that"
        yield Text(way)
    elif run.equal:
        what = "the wanted one" if run.direction == "up" else "equal to the one before"
        yield Text(f"measured: the state of the server is {what} ({run.id})", style="bold green")
    else:
        yield Text("the state of the server is another than was to be reached: look at it", style="bold red")
