"""Files of migrations as they would be mended: a diff below the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from rich.text import Text

from .console import printed
from .untrusted import block, line

if TYPE_CHECKING:
    from . import Screen

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


class Mended(Protocol):
    """One file: the rules that its new text answers, the difference, and what cannot be mended, with the reason."""

    @property
    def file(self) -> str:
        """Its name."""
        ...

    @property
    def diff(self) -> str:
        """The difference in unified form, "" for none."""
        ...

    @property
    def left(self) -> tuple[str, ...]:
        """What stays."""
        ...


def render_mended(mended: Sequence[Mended], screen: Screen) -> str:
    """What --fix would write, and what it would leave; "" for nothing."""
    parts: list[Text] = []
    for one in mended:
        parts += [Text(row, style=_STYLES.get(row[:1], "")) for row in block(one.diff).splitlines()]
        parts += [Text(f"{line(one.file)}: {line(left)}", style="dim") for left in one.left]
    if not parts:
        return ""
    title = Text("What --fix would write", style="bold")
    return printed([Text(), title, Text(), *parts], screen)
