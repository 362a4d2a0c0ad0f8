"""What `dba init` would do to a project, for people and for programs."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from . import Screen
from .untrusted import json_document, line, visible, without_passwords

if TYPE_CHECKING:
    from pathlib import Path

_CONTEXT = 2  # lines around a change
_NEW = 40  # lines of a new file that are shown


class FileChange(Protocol):
    """What is shown of a change of a file."""

    @property
    def part(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def before(self) -> bytes | None: ...
    @property
    def after(self) -> bytes | None: ...
    @property
    def note(self) -> str: ...
    @property
    def is_one(self) -> bool: ...


class Found(Protocol):
    """What was found in a folder."""

    def words(self) -> list[str]: ...


class Setup(Protocol):
    """What is shown of a setup."""

    @property
    def root(self) -> Path: ...
    @property
    def found(self) -> Found: ...
    @property
    def changes(self) -> Sequence[FileChange]: ...
    @property
    def notes(self) -> Sequence[str]: ...


def render_setup(setup: Setup, form: str) -> str:
    """The list of files with what happens to each."""
    if form == "json":
        files = [{"part": one.part, "path": one.path, "does": _does(one), "note": one.note} for one in setup.changes]
        return json_document({"found": setup.found.words(), "files": files, "notes": list(setup.notes)})
    lines = [f"found: {line(one)}" for one in setup.found.words()]
    lines += [f"note: {line(one)}" for one in setup.notes]
    width = max((len(one.path) for one in setup.changes), default=0)
    lines += [f"{_does(one):9} {line(one.path).ljust(width)}  {line(one.note)}".rstrip() for one in setup.changes]
    return "\n".join(lines) + "\n" if lines else ""


def _does(change: FileChange) -> str:
    if not change.is_one:
        return "keep" if change.note else "unchanged"
    if change.before is None:
        return "create"
    return "delete" if change.after is None else "change"


def render_diffs(changes: Sequence[FileChange], screen: Screen) -> str:
    """The changes as a unified diff; of long new files the beginning."""
    found: list[str] = []
    for one in changes:
        before, after = (_lines(content) for content in (one.before, one.after))
        names = (
            (f"a/{one.path}" if one.before is not None else "/dev/null"),
            (f"b/{one.path}" if one.after is not None else "/dev/null"),
        )
        rows = list(difflib.unified_diff(before, after, *names, n=_CONTEXT, lineterm=""))
        shown = rows if one.before is not None and one.after is not None else rows[: _NEW + 3]
        found += [_coloured(visible(without_passwords(row), keep="\t"), screen) for row in shown]
        if len(rows) > len(shown):
            found.append(f"... {len(rows) - len(shown):,} more lines")
    return "".join(f"{row}\n" for row in found)


def _lines(content: bytes | None) -> list[str]:
    return [] if content is None else content.decode("utf-8", "replace").splitlines()


def _coloured(row: str, screen: Screen) -> str:
    if not screen.color or row.startswith(("+++", "---")):
        return row
    colour = {"+": "32", "-": "31", "@": "36"}.get(row[:1])
    return f"\x1b[{colour}m{row}\x1b[0m" if colour else row
