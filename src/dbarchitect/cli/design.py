"""`dba design`."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import app
from .options import Data, PgBin, Seed, TextOrJson, Workload

if TYPE_CHECKING:
    from dbarchitect.design.spec import Spec


@app.command
def design(
    brief: Annotated[
        Path | None, Parameter(help="What is being built: a brief in Markdown, or a spec as JSON.")
    ] = None,
    /,
    *,
    from_: Annotated[
        str | None,
        Parameter(name="--from", metavar="SOURCE", help="Write the brief of a database that is there, with -o FILE."),
    ] = None,
    workload: Workload = None,
    data: Data = False,
    output: Annotated[
        Path | None,
        Parameter(name=("--output", "-o"), metavar="FOLDER", help="The architecture; made if it is not there."),
    ] = None,
    spec_only: Annotated[bool, Parameter(name="--spec", help="Print what was understood, as JSON, and stop.")] = False,
    orm: Annotated[
        Literal["", "sqlalchemy", "tortoise", "prisma", "drizzle", "kysely"],
        Parameter(help="Write the project of an object-relational mapper too."),
    ] = "",
    target: Annotated[
        Literal["tables", "documents"],
        Parameter(help="Tables of PostgreSQL, or documents of MongoDB. Default tables."),
    ] = "tables",
    server: Annotated[
        str,
        Parameter(metavar="URL", help="Documents: a scratch MongoDB to try them on, in a database that is dropped."),
    ] = "",
    lab_rows: Annotated[int | None, Parameter(metavar="N", help="Made-up rows to measure on. Default 150,000.")] = None,
    fresh: Annotated[bool, Parameter(help="Begin the migrations anew: nobody has run them yet.")] = False,
    rename: Annotated[tuple[str, ...], Parameter(metavar="OLD=NEW", help="What was renamed since, repeatable.")] = (),
    allow_loss: Annotated[bool, Parameter(help="Let the next migration lose data.")] = False,
    force: Annotated[bool, Parameter(help="Write files anew that somebody changed.")] = False,
    model: Annotated[
        str,
        Parameter(
            env_var="DBA_DESIGN_MODEL",
            metavar="NAME",
            help="Let a language model read the text, such as openai:gpt-5: the text is sent to its provider.",
        ),
    ] = "",
    no_input: Annotated[
        bool, Parameter(name=("--no-input", "--yes"), negative="", help="Ask nothing: what is assumed holds.")
    ] = False,
    ask: Annotated[bool, Parameter(negative="", help="Ask what is open again, though the brief has answers.")] = False,
    seed: Seed = 0,
    pg_bin: PgBin = None,
    form: TextOrJson = "text",
) -> int:
    """Design a database for what is being built, and prove it: tables, constraints, indexes, migrations; or
    documents of MongoDB with validators, indexes and queries (`--target documents`). Exits with 1 where something does
    not hold."""
    from dbarchitect import __version__
    from dbarchitect.api import design as api
    from dbarchitect.model.value import to_json
    from dbarchitect.render.design import render_design
    from dbarchitect.render.html.design import folder_pages

    if from_ is not None:
        if brief is not None:
            raise InputError(
                f"--from writes a brief, and {brief} is one", hint=f"dba design --from {from_} -o brief.md"
            )
        return _recover(from_, output, workload, data=data, force=force, pg_bin=pg_bin, form=form)
    if brief is None:
        raise InputError("dba design needs a brief", hint="dba design brief.md -o architecture, or --from SOURCE")
    if workload is not None or data:
        raise InputError("--workload and --data are of --from", hint="a brief says its access patterns itself")
    if lab_rows is not None and lab_rows < 1000:
        raise InputError(f"--lab-rows {lab_rows}: too few to measure anything", hint="--lab-rows 1000 or more")
    if target == "documents" and (orm or lab_rows is not None or rename or allow_loss or fresh):
        raise InputError(
            "--orm, --lab-rows, --rename, --allow-loss and --fresh are of tables",
            hint="leave them out, or --target tables",
        )
    if server and target != "documents":
        raise InputError("--server tries documents", hint="--target documents, or leave --server out")
    with terminal.progress() as progress:
        spec = api.read_spec(brief, model=model, pg_bin=pg_bin, cache=terminal.cache(), progress=progress)
    if spec_only:
        terminal.emit(to_json(spec, indent=2).decode() + "\n", output)
        return 0
    if output is None:
        raise InputError("dba design needs a folder for the architecture", hint=f"dba design {brief} -o architecture")
    if brief.suffix in (".md", ".markdown") and not no_input and terminal.interactive():
        answers = _asked(spec, again=ask)
        if answers:
            api.write_answers(brief, answers)
            with terminal.progress() as progress:
                spec = api.read_spec(brief, pg_bin=pg_bin, cache=terminal.cache(), progress=progress)
    elif ask:
        raise InputError("--ask asks on a terminal, about a brief in Markdown", hint="leave --ask out")
    _note_unread(spec, brief)
    words = ["dba", "design", str(brief), "-o", str(output)]
    words += ["--lab-rows", str(lab_rows)] if lab_rows is not None else []
    words += ["--model", model] if model else []
    words += ["--seed", str(seed)] if seed else []
    words += ["--orm", orm] if orm else []
    if target == "documents":
        return _documents(spec, output, [*words, "--target", target], server, seed=seed, force=force, form=form)
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
            lambda found, draft, evidence, schema: folder_pages(
                found,
                draft.decisions,
                evidence.probes,
                evidence.trees,
                schema,
                spec=spec,
                command=command,
                version=__version__,
            ),
        )
    terminal.emit(render_design(made, form, screen=terminal.screen(None), version=__version__), None)
    return 0 if made.holds else 1


def _documents(
    spec: Spec, output: Path, words: list[str], server: str, *, seed: int, force: bool, form: Literal["text", "json"]
) -> int:
    """`dba design --target documents`."""
    from dbarchitect import __version__
    from dbarchitect.api import design_documents as api
    from dbarchitect.render.design_documents import documents_pages, render_documents_design

    command = shlex.join(words)  # without the server, whose URL may hold a password
    with terminal.progress() as progress:
        made = api.design_documents(
            spec,
            output,
            api.DocumentsOptions(server=server, seed=seed, force=force, now=datetime.now(UTC), progress=progress),
            lambda found, decisions, seeds: documents_pages(found, decisions, seeds, spec=spec, command=command),
        )
    terminal.emit(render_documents_design(made, form, screen=terminal.screen(None), version=__version__), None)
    return 0 if made.holds else 1


def _note_unread(spec: Spec, brief: Path) -> None:
    """Say on standard error how much of a brief is in no table."""
    overlooked = sum(one.overlooked for one in spec.unread)
    parts = [(len(spec.unread) - overlooked, "not understood"), (overlooked, "pieces of which nothing is kept")]
    told = ", ".join(f"{count:,} {what}" for count, what in parts if count)
    if told:
        terminal.note(f"{brief}: {told}; dba design {shlex.quote(str(brief))} --spec lists them in `unread`")


def _asked(spec: Spec, *, again: bool) -> list[str]:
    """What a person answers to what is open, as sentences of a brief; as far as they answer."""
    from dbarchitect.design.questions import questions
    from dbarchitect.render.untrusted import line

    found: list[str] = []
    open_ = questions(spec, again=again)
    if open_:
        terminal.note(
            "the brief leaves open what changes the design; Enter takes what stands in brackets, ? says why, and "
            "answers are written into the brief"
        )
    for one in open_:
        default = one.options[0].answer if one.options else f"{one.assumed:,.0f}, assumed"
        sentence: str | None = None
        while sentence is None:
            answer = terminal.asked(f"{line(one.text)} [{default}] ")
            if answer is None:
                return found
            if answer == "?":
                counted = f"; it changes {one.changes} statements of the schema" if one.options else ""
                terminal.note(f"  {line(one.because)}{counted}")
                continue
            sentence = one.said(answer)
            if sentence is None:
                answers = ", ".join(two.answer for two in one.options) or "a number: 5000, 20k, 3 million"
                terminal.note(f"  {answers}")
        found.append(sentence)
    return found


def _recover(
    given: str,
    output: Path | None,
    workload: Path | None,
    *,
    data: bool,
    force: bool,
    pg_bin: Path | None,
    form: Literal["text", "json"],
) -> int:
    """`dba design --from`: the brief of a database, and beside it the page of its decisions."""
    from dbarchitect import __version__
    from dbarchitect.api import recover as api
    from dbarchitect.render.recovery import decisions_page, render_recovery

    if output is not None and (output.is_dir() or output.suffix not in (".md", ".markdown")):
        raise InputError(f"--from writes a brief, and {output} is no file for one", hint="-o brief.md")
    with terminal.progress() as progress:
        found = api.recover(
            given,
            api.RecoverOptions(
                workload=workload,
                data=data,
                pg_bin=pg_bin,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    if output is not None:
        words = ["dba", "design", "--from", found.source, "-o", str(output)]
        words += ["--workload", str(workload)] if workload is not None else []
        words += ["--data"] if data else []
        pages = {
            output: found.brief,
            output.with_suffix(".decisions.md"): decisions_page(found, shlex.join(words)),
        }
        found = api.written(found, pages, force=force)
    if output is None and form == "text":
        terminal.emit(found.brief, None)
        return 0
    terminal.emit(render_recovery(found, form, version=__version__), None)
    return 0
