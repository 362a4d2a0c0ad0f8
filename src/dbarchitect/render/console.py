"""From rich's renderables to the text of one screen."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.text import Text

if TYPE_CHECKING:
    from . import Screen


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A line that is never wrapped, because it will be copied: SQL, a command."""

    text: Text


Part = RenderableType | Verbatim


def printed(parts: Iterable[Part], screen: Screen) -> str:
    """The parts below one another, without blanks at the ends of lines, ending in one newline."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=screen.width,
        force_terminal=screen.color,
        # The sixteen colours that every terminal has, and that its owner has chosen.
        color_system="standard" if screen.color else None,
        no_color=not screen.color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in parts:
        if isinstance(part, Verbatim):
            console.print(part.text, soft_wrap=True)
        else:
            console.print(part)
    return "\n".join(one.rstrip() for one in out.getvalue().splitlines()).rstrip("\n") + "\n"
