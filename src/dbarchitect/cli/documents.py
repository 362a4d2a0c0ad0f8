"""`dba documents`: shapes, indexes and validators of MongoDB, their migrations, and the move to PostgreSQL."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from dbarchitect.errors import InputError

from . import terminal
from .options import Output, TextOrJson, Yes

if TYPE_CHECKING:
    from dbarchitect.api.documents_advice import DocumentOptions
    from dbarchitect.model.documents_migration import DocumentProspect
    from dbarchitect.progress import Progress

documents = App(name="documents", help="Documents of MongoDB: their shapes, indexes and validators.")

Url = Annotated[str, Parameter(help="mongodb://USER:PASSWORD@HOST:PORT/DATABASE; it is only read.")]
Only = Annotated[tuple[str, ...], Parameter(metavar="NAME", help="Only these collections, repeatable.")]
Most = Annotated[int, Parameter(name="--documents", metavar="N", help="Look at up to N of each. Default 1000.")]
Form = Annotated[Literal["text", "json", "script"], Parameter(name="--format", help="Default text.")]


@documents.command
def shapes(
    source: Url,
    /,
    *,
    collection: Only = (),
    most: Most = 1000,
    form: TextOrJson = "text",
    output: Output = None,
) -> int:
    """Show what documents have: paths with types, presence, sizes and lengths of arrays; indexes and validators."""
    from dbarchitect import __version__
    from dbarchitect.api import documents_advice as api
    from dbarchitect.render.documents import render_shapes

    with terminal.progress() as progress:
        found = api.shapes(source, _options(most, progress, collections=collection))
    terminal.emit(render_shapes(found, form, screen=terminal.screen(output), version=__version__), output)
    return 0


@documents.command
def index(
    source: Url,
    queries: Annotated[Path, Parameter(help="Commands of MongoDB (find, aggregate, ...), one a line, as JSON.")],
    /,
    *,
    explain: Annotated[
        bool, Parameter(help="Ask the server's explain too: it runs each query, for up to 10 s.")
    ] = False,
    most: Most = 1000,
    form: Form = "text",
    output: Output = None,
) -> int:
    """Say which indexes serve a file of queries, and what each query examines without and with them."""
    from dbarchitect import __version__
    from dbarchitect.api import documents_advice as api
    from dbarchitect.render.documents import render_index_plan

    with terminal.progress() as progress:
        found = api.index_plan(source, queries, _options(most, progress, explain=explain))
    terminal.emit(render_index_plan(found, form, screen=terminal.screen(output), version=__version__), output)
    return 0


@documents.command
def validators(
    source: Annotated[str, Parameter(help="A mongodb:// URL, or a brief of what is being built.")],
    /,
    *,
    collection: Only = (),
    closed: Annotated[bool, Parameter(help="Refuse fields that nobody had.")] = False,
    server: Annotated[
        str, Parameter(metavar="URL", help="A scratch server that is sent the probes; never your data.")
    ] = "",
    most: Most = 1000,
    form: Form = "text",
    output: Output = None,
) -> int:
    """Write validators, with documents that they must take and refuse. Exits with 1 where a probe does not hold."""
    from dbarchitect import __version__
    from dbarchitect.api import documents_advice as api
    from dbarchitect.render.documents import render_validators

    with terminal.progress() as progress:
        options = _options(most, progress, collections=collection, closed=closed, server=server)
        found = api.validators(source, options)
    terminal.emit(render_validators(found, form, screen=terminal.screen(output), version=__version__), output)
    return int(any(probe.held is False for one in found for probe in one.probes))


@documents.command
def postgres(
    source: Url,
    queries: Annotated[
        Path | None, Parameter(help="Commands of MongoDB, one a line, as JSON. Default: those of the profiler.")
    ] = None,
    /,
    *,
    output: Annotated[Path, Parameter(name=("--output", "-o"), metavar="DIR", help="Folder for the two designs.")],
    explain: Annotated[bool, Parameter(help="Ask MongoDB's explain too, for its own figures of each query.")] = False,
    collection: Only = (),
    most: Annotated[
        int, Parameter(name="--documents", metavar="N", help="Load up to N of each, at most 20000. Default 1000.")
    ] = 1000,
    form: TextOrJson = "text",
) -> int:
    """Design the move to PostgreSQL twice, as tables and as JSONB, load both with sampled documents and compare them.

    The server is only read; each query is run there once, for up to 20 s, so that its answer can be compared. Exits
    with 1 where a translated query does not give the server's answer.
    """
    from dbarchitect import __version__
    from dbarchitect.api import documents_move as api
    from dbarchitect.render.documents import SCHEMA
    from dbarchitect.render.documents_move import summary
    from dbarchitect.render.untrusted import json_document

    if output.exists() and not output.is_dir():
        raise InputError(f"{output} is no folder", hint="-o names a folder")
    with terminal.progress() as progress:
        found = api.move_to_postgres(
            source, queries, _options(most, progress, collections=collection, explain=explain), cache=terminal.cache()
        )
        files = api.write_move(found, output)
    if form == "json":
        import msgspec

        terminal.emit(json_document({"schema": SCHEMA, "version": __version__, **msgspec.to_builtins(found)}), None)
    else:
        terminal.emit(summary(found) + f"written: {output}, {len(files)} files; README.md has the report\n", None)
    return int(any(one.of(name).equal is False for one in found.queries for name in ("tables", "jsonb")))


@documents.command
def migrate(
    source: Annotated[str, Parameter(help="mongodb://USER:PASSWORD@HOST:PORT/DATABASE; written only with consent.")],
    wanted: Annotated[
        tuple[Path, ...], Parameter(help="What dba documents validators and index wrote, as script or JSON.")
    ] = (),
    /,
    *,
    drop_others: Annotated[
        bool, Parameter(help="Indexes that no file names go: hidden now, dropped by the next migration.")
    ] = False,
    server: Annotated[
        str, Parameter(metavar="URL", help="A scratch server, where it is run up and down first; never your data.")
    ] = "",
    apply: Annotated[bool, Parameter(negative="", help="Run it on SOURCE, with a journal there.")] = False,
    resume: Annotated[bool, Parameter(negative="", help="Go on with a run that was ended.")] = False,
    undo: Annotated[bool, Parameter(negative="", help="Go back: a run that was ended, or the last one.")] = False,
    yes: Yes = False,
    form: TextOrJson = "text",
    output: Annotated[
        Path | None,
        Parameter(name=("--output", "-o"), metavar="DIR", help="Folder for up.js, down.js, migration.json."),
    ] = None,
) -> int:
    """Change validators and indexes step by step: a pair of scripts, or run here with a journal.

    Exits with 1 where documents are in the way of a validator, or a run did not reach its state.
    """
    from dbarchitect import __version__
    from dbarchitect.api import documents_migration as api
    from dbarchitect.render.documents_migration import render_plan, render_prospect, render_run

    if apply + resume + undo > 1:
        raise InputError("--apply, --resume and --undo are three ways", hint="give one of them")
    if (resume or undo) == bool(wanted):
        given = "takes no file: the journal has the steps" if wanted else "needs files of what is wanted"
        raise InputError(f"dba documents migrate {given}", hint="dba documents migrate SOURCE validators.js -o DIR")
    made = None
    if wanted:
        with terminal.progress() as progress:
            made = api.plan(source, wanted, progress, drop_others=drop_others, server=server)
        files = api.write_migration(made, output) if output is not None else ()
        screen = terminal.screen(None)
        terminal.emit(render_plan(made, form, files=files, screen=screen, version=__version__), None)
        blocked = any(one.offenders != 0 for one in made.steps if one.kind == "count")
        if not apply or not made.steps:
            return int(blocked)
    with terminal.progress() as progress:

        def agree(prospect: DocumentProspect | None = None) -> bool:
            progress.done()
            if prospect is not None:
                sys.stderr.write(render_prospect(prospect))
            return yes or terminal.agreed()

        if made is not None:
            run = api.apply(source, made, progress, agree)
        else:
            run = api.go_on(source, progress, agree) if resume else api.go_back(source, progress, agree)
    if run is None:
        return 1
    terminal.emit(render_run(run, form, screen=terminal.screen(None), version=__version__), None)
    return int(bool(run.stopped) or run.equal is False)


def _options(
    most: int,
    progress: Progress,
    *,
    collections: tuple[str, ...] = (),
    explain: bool = False,
    closed: bool = False,
    server: str = "",
) -> DocumentOptions:
    from dbarchitect.api.documents_advice import DocumentOptions

    if not 1 <= most <= 100_000:
        raise InputError(f"--documents {most}: not so many", hint="from 1 to 100000")
    return DocumentOptions(
        documents=most,
        now=datetime.now(UTC),
        progress=progress,
        collections=collections,
        explain=explain,
        closed=closed,
        server=server,
    )
