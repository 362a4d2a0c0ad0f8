"""Renames that only a person can tell, asked on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import terminal

if TYPE_CHECKING:
    from dbarchitect.migrate.renames import Question
    from dbarchitect.progress import Progress


def asker(progress: Progress) -> Callable[[Question], str | None] | None:
    """What asks about a rename and gives the new name, "" for none; None where there is nobody to ask."""

    def ask(question: Question) -> str | None:
        progress.done()
        return _asked(question)

    return ask if terminal.interactive() else None


def _asked(question: Question) -> str | None:
    """The new name that a person chooses, "" for none of them."""
    from dbarchitect.render.untrusted import line

    terminal.note(line(str(question)))
    for number, one in enumerate(question.candidates, 1):
        terminal.note(f"  {number}  yes: {line(one.short)}")
    terminal.note("  0  no: it is dropped, and the other one is new")
    while True:
        answer = terminal.asked("which? ")
        if answer is None:
            return None
        if answer == "0":
            return ""
        if answer.isdigit() and 1 <= int(answer) <= len(question.candidates):
            chosen = question.candidates[int(answer) - 1]
            return chosen.sub or str(chosen)
