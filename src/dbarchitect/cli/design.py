"""`dba design`."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import PgBin, Seed, app


@app.command
def design(
    brief: Annotated[Path, Parameter(help="What is being built: a brief in Markdown, or a spec as JSON.")],
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(name=("--output", "-o"), metavar="FOLDER", help="The architecture; made if it is not there."),
    ] = None,
    spec_only: Annotated[bool, Parameter(name="--spec", help="Print what was understood, as JSON, and stop.")] = False,
    orm: Annotated[
        Literal["", "sqlalchemy", "tortoise", "prisma", "drizzle", "kysely"],
        Parameter(help="Write the project of an object-relational mapper too."),
    ] = "",
    lab_rows: Annotated[int | None, Parameter(metavar="N", help="Made-up rows to measure on. Default 150,000.")] = None,
    fresh: Annotated[bool, Parameter(help="Begin the migrations anew: nobody has run them yet.")] = False,
    rename: Annotated[tuple[str, ...], Parameter(metavar="OLD=NEW", help="What was renamed since, repeatable.")] = (),
    allow_loss: Annotated[bool, Parameter(help="Let the next migration lose data.")] = False,
    force: Annotated[bool, Parameter(help="Write files anew that somebody changed.")] = False,
    seed: Seed = 0,
    pg_bin: PgBin = None,
    form: Annotated[Literal["text", "json"], Parameter(name="--format", help="Default text.")] = "text",
) -> int:
    """Design a database for what is being built, and prove it: tables, constraints, indexes, migrations. Exits with 1
    where something does not hold."""
    from dbarchitect import __version__
    from dbarchitect.api import design as api
    from dbarchitect.model.value import to_json
    from dbarchitect.render.design import pages, render_design
    from dbarchitect.render.html.design import design_page

    if lab_rows is not None and lab_rows < 1000:
        raise InputError(f"--lab-rows {lab_rows}: too few to measure anything", hint="--lab-rows 1000 or more")
    with terminal.progress() as progress:
        spec = api.read_spec(brief, pg_bin=pg_bin, cache=terminal.cache(), progress=progress)
    if spec_only:
        terminal.emit(to_json(spec, indent=2).decode() + "\n", output)
        return 0
    if output is None:
        raise InputError("dba design needs a folder for the architecture", hint=f"dba design {brief} -o architecture")
    words = ["dba", "design", str(brief), "-o", str(output)]
    words += ["--lab-rows", str(lab_rows)] if lab_rows is not None else []
    words += ["--seed", str(seed)] if seed else []
    words += ["--orm", orm] if orm else []
    command = shlex.join(words)
    with terminal.progress() as progress:
        made = api.design(
            spec,
            output,
            api.DesignOptions(
                orm=orm,
                lab_rows=lab_rows or api.LAB_ROWS,
                seed=seed,
                force=force,
                fresh=fresh,
                allow_loss=allow_loss,
                renames=rename,
                command=command,
                pg_bin=pg_bin,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
            lambda found, draft, evidence, schema: (
                pages(
                    found,
                    draft.decisions,
                    evidence.probes,
                    assumed=spec.assumed,
                    unread=spec.unread,
                    schema=schema,
                    command=command,
                )
                | {
                    "report.html": design_page(
                        found,
                        draft.decisions,
                        evidence.probes,
                        evidence.trees,
                        schema,
                        assumed=spec.assumed,
                        unread=spec.unread,
                        command=command,
                        version=__version__,
                    )
                }
            ),
        )
    terminal.emit(render_design(made, form, screen=terminal.screen(None), version=__version__), None)
    return 0 if made.holds else 1
