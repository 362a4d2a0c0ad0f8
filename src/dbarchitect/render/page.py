"""Rule pages for `dba explain`: one rule, or the index of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from .console import printed
from .untrusted import block, line

if TYPE_CHECKING:
    from . import Page, Screen

_STYLE = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}


def render_page(page: Page, screen: Screen) -> str:
    """The page of one rule: what a terminal shows is set, what a pipe gets is the Markdown as written."""
    head = [page.id, page.severity, f"looks at {line(page.needs)}" if page.needs else ""]
    text = block(page.text)
    if not screen.color:
        return " | ".join(part for part in head if part) + "\n\n" + text.rstrip() + "\n"
    first = Text.assemble((page.id, "bold"), "  ", (page.severity, _STYLE.get(page.severity, "")))
    if page.needs:
        first.append(f"  looks at {line(page.needs)}", style="dim")
    return printed([first, Text(), Markdown(text, hyperlinks=False)], screen)


def render_index(pages: Sequence[Page], screen: Screen) -> str:
    """One line a rule: id, usual severity, what it needs, its summary."""
    if not screen.color:
        width = max((len(page.id) for page in pages), default=0)
        rows = [
            f"{page.id:{width}}  {page.severity:7}  {line(page.needs) or '-':10}  {summary(page)}" for page in pages
        ]
        return "\n".join(rows) + "\n"
    grid = Table.grid(padding=(0, 2, 0, 0))
    for no_wrap in (True, True, True, False):
        grid.add_column(no_wrap=no_wrap)
    for page in pages:
        grid.add_row(
            Text(page.id, style="bold"),
            Text(page.severity, style=_STYLE.get(page.severity, "")),
            Text(line(page.needs), style="dim"),
            Text(summary(page)),
        )
    return printed([grid, Text(), Text("dba explain RULE shows a rule's page", style="dim")], screen)


def summary(page: Page) -> str:
    """The page's first line as plain words."""
    first = next((one for one in page.text.splitlines() if one.strip()), page.id)
    return line(first.lstrip("# ").rstrip("."))
