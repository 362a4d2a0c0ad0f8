"""`dba "a task in words"`: names the verb that serves it, and runs it where that changes nothing."""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, CycloptsError, Parameter

from dbarchitect.errors import InputError

from . import terminal

if TYPE_CHECKING:
    from dbarchitect.agent.router import Route

_SHOWN = 5  # sources that a question names

door = App(
    name="dba",
    help='Say the task in words: dba "why is this slow on app.twin: SELECT ...".',
    help_format="plaintext",
    default_parameter=Parameter(negative=(), show_default=False),
    exit_on_error=False,
    print_error=False,
    result_action="return_value",
)


def front(arguments: Sequence[str]) -> int:
    """Serve a task in words. Raises `InputError` where it is not understood, or where something is not named."""
    try:
        code = door(list(arguments))
    except CycloptsError as err:
        raise InputError(
            " ".join(str(err).split()), hint='dba "the task in words" [--source SOURCE] [--dry-run]'
        ) from err
    return code if isinstance(code, int) else 0


@door.default
def _task(
    task: str,
    /,
    *,
    source: Annotated[tuple[str, ...], Parameter(metavar="SOURCE", help="What it is about, repeatable.")] = (),
    dry_run: Annotated[bool, Parameter(help="Only say which command it would be.")] = False,
    model: Annotated[
        str, Parameter(metavar="NAME", help="Let a language model do it with the tools, such as openai:gpt-5.")
    ] = "",
) -> int:
    from dbarchitect.agent.router import route

    if model:
        return by_model(task, source, model)
    found = route(task, sources=source, rules=_rules(task), is_folder=_is_folder)
    if not found.verb:
        near = " or ".join(f"dba {verb}" for verb in found.near)
        raise InputError(
            f"not sure what {task!r} asks for", hint=f"{near}?" if near else "dba --help lists the verbs; name one"
        )
    terminal.note(f"dba {found.verb}, because {_line(found.because)}")
    words = _asked(found, only_said=dry_run or found.effect == "changes")
    command = _line(shlex.join(("dba", *words)))
    if dry_run or (found.effect == "writes" and not terminal.interactive()) or found.effect == "changes":
        if found.effect == "changes":
            terminal.note("this changes a database: it is yours to run, after a rehearsal")
        terminal.emit(f"{command}\n", None)
        return 0
    if found.effect == "writes" and (terminal.asked(f"{command}: run it? [y/N] ") or "").lower() not in ("y", "yes"):
        terminal.emit(f"{command}\n", None)
        return 0
    terminal.note(command)
    from .commands import run

    return run(words)


def _asked(found: Route, *, only_said: bool) -> list[str]:
    """The words of the command, with what is missing asked for. Raises `InputError` where nobody can be asked."""
    words = list(found.words)
    if not found.missing or only_said:
        return words
    there = _there() if any("schema" in one or "database" in one for one in found.missing) else ""
    if not terminal.interactive():
        raise InputError(
            f"{found.command} wants to know {'; and '.join(found.missing)}",
            hint=f"name it in the task{f'; here there are {there}' if there else ''}",
        )
    if there:
        terminal.note(f"here there are {there}")
    holes = [number for number, word in enumerate(words) if word.isupper() and len(word) > 1]
    for number, what in zip(holes, found.missing, strict=False):
        answer = terminal.asked(f"{what}? ")
        if not answer:
            raise InputError(f"{found.command} wants to know {what}", hint="name it in the task")
        words[number] = answer
    return words


def _there() -> str:
    """The sources that lie in this folder, for people: named, never taken."""
    from dbarchitect.api.init import candidates

    found = [one.source for one in candidates(Path.cwd())]
    more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    return ", ".join(_line(one) for one in found[:_SHOWN]) + more


def _rules(task: str) -> list[str]:
    """The ids of all rules, where the task may name one."""
    if "-" not in task:
        return []
    from dbarchitect.api.lint import all_pages

    return [page.id for page in all_pages()]


def _is_folder(word: str) -> bool:
    return Path(word).is_dir()


def _line(text: str) -> str:
    from dbarchitect.render.untrusted import line

    return line(text)


def by_model(task: str, sources: Sequence[str], model: Any) -> int:
    """Let a language model serve the task with the tools of `dba mcp`, over the sources that are named."""
    from dbarchitect.agent.assistant import assist
    from dbarchitect.agent.desk import Desk
    from dbarchitect.agent.router import sources_in

    named = _names((*sources, *sources_in(task, is_folder=_is_folder)))
    terminal.note("the task goes to the model's provider, and so do the answers of the tools that it calls")
    with tempfile.TemporaryDirectory(prefix="dba-task-") as folder, terminal.progress() as progress:
        desk = Desk(named, Path(folder), clock=lambda: datetime.now(UTC), cache=terminal.cache())
        with closing(desk):
            reply = assist(task, desk, model, progress=progress)
    from dbarchitect.render.untrusted import block

    terminal.emit(f"{block(reply.text)}\n", None)
    for one in reply.again:
        terminal.emit(f"again: {_line(one)}\n", None)
    sys.stdout.flush()
    return 0


def _names(sources: Sequence[str]) -> dict[str, str]:
    """Sources by names that a model can call them by."""
    found: dict[str, str] = {}
    for one in dict.fromkeys(sources):
        path = one.partition("://")[2].rpartition("@")[2].partition("?")[0] or one
        stem = re.sub(r"\W+", "_", Path(path).stem.lower()).strip("_") or "source"
        name, number = stem, 1
        while name in found:
            number += 1
            name = f"{stem}_{number}"
        found[name] = one
    return found
