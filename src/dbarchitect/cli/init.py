"""`dba init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import app, commas
from .options import Yes

if TYPE_CHECKING:
    from dbarchitect.api.init import Change, Part, Setup

_PARTS = "config, hook, action, skill, agents, mcp"


@app.command
def init(
    *,
    only: Annotated[tuple[str, ...], Parameter(metavar="PARTS", help=f"Only these parts: {_PARTS}.")] = (),
    skip: Annotated[tuple[str, ...], Parameter(metavar="PARTS", help="Not these parts.")] = (),
    source: Annotated[
        str | None,
        Parameter(metavar="SOURCE", help="What is checked: a script, a folder of migrations or models that lie here."),
    ] = None,
    remove: Annotated[bool, Parameter(negative="", help="Take out again what dba init has written.")] = False,
    yes: Yes = False,
    dry_run: Annotated[bool, Parameter(negative="", help="Show what would be written, and write nothing.")] = False,
    form: Annotated[Literal["text", "json"], Parameter(name="--format", help="Of --dry-run. Default text.")] = "text",
) -> int:
    """Set up the project in this folder: configuration, pre-commit hook, GitHub Action, files for coding agents. Each
    file is shown first; what is there stays, and --remove takes everything out again."""
    from dbarchitect.api import init as api
    from dbarchitect.render.setup import render_diffs, render_setup

    if remove and (only or skip or source):
        raise InputError("--remove takes out everything", hint="dba init --remove")
    if form == "json" and not dry_run:
        raise InputError("--format json is of --dry-run", hint="dba init --dry-run --format json")
    root = Path.cwd()
    if remove:
        setup = api.plan_removal(root)
    else:
        setup = api.plan_init(root, parts=_parts(only, skip), source=source, skill=_skill())
    terminal.emit(render_setup(setup, form), None)
    to_do = [one for one in setup.changes if one.is_one]
    if dry_run:
        if form == "text":
            terminal.emit(render_diffs(to_do, terminal.screen(None)), None)
        return 0
    if not yes and not terminal.interactive():
        terminal.emit(render_diffs(to_do, terminal.screen(None)), None)
        if not to_do:
            return 0
        raise InputError(
            "nothing was written: there is no terminal to ask on", hint="add --yes where that is what you want"
        )
    agreed = _Agreed(every=yes)
    written = api.write(setup, agreed)
    verb = "taken out" if remove else "written"
    terminal.emit(_told(setup, written, verb), None)
    return 0


def _parts(only: tuple[str, ...], skip: tuple[str, ...]) -> tuple[Part, ...]:
    from dbarchitect.api.init import PARTS

    wanted, unwanted = commas(only), commas(skip)
    for one in (*wanted, *unwanted):
        if one not in PARTS:
            raise InputError(f"{one} is no part", hint=f"parts: {_PARTS}")
    return tuple(one for one in PARTS if (not wanted or one in wanted) and one not in unwanted)


def _skill() -> dict[str, str]:
    """The skill, with the reference of all verbs as they are in this version."""
    from dbarchitect.api.init import skill_files

    from .reference import reference

    return {**skill_files(), "references/commands.md": reference()}


class _Agreed:
    """Asks for each file, after showing what would change in it."""

    def __init__(self, *, every: bool) -> None:
        self._every = every
        self._none = False

    def __call__(self, change: Change) -> bool:
        if self._every or self._none:
            return self._every
        from dbarchitect.render.setup import render_diffs

        terminal.emit(render_diffs([change], terminal.screen(None)), None)
        answer = terminal.asked(f"{change.path}? [y/N, a: all, q: none of the rest] ")
        self._none = answer is None or answer.lower() in ("q", "quit")
        self._every = answer is not None and answer.lower() in ("a", "all")
        return self._every or (answer is not None and answer.lower() in ("y", "yes"))


def _told(setup: Setup, written: tuple[Change, ...], verb: str) -> str:
    if not written:
        return "dba: nothing was changed\n"
    count = f"{len(written):,} file{'s' if len(written) > 1 else ''}"
    return f"dba: {verb}: {count}" + ("" if setup.removing else "; dba init --remove takes all of it out again") + "\n"
