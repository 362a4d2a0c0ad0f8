"""The report of `dba demo`: the review, the twin, a what-if on it, and what to try next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from rich.text import Text

from dbarchitect.model.finding import Review
from dbarchitect.model.proof import Proof
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import figures, plural
from dbarchitect.render.summary import TwinFacts, twin_parts
from dbarchitect.render.text import ReviewPage
from dbarchitect.render.untrusted import block, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen


class Planned(Protocol):
    """A query planned without and with indexes; costs are the planner's."""

    @property
    def sql(self) -> str: ...
    @property
    def calls(self) -> float: ...
    @property
    def before(self) -> float: ...
    @property
    def after(self) -> float: ...


class Shown(Protocol):
    """What the demonstration ran."""

    @property
    def review(self) -> Review: ...
    @property
    def twin(self) -> TwinFacts: ...
    @property
    def indexes(self) -> Sequence[str]: ...
    @property
    def what_if(self) -> Sequence[Planned]: ...
    @property
    def folder(self) -> str: ...


def render_demo(demo: Shown, screen: Screen, *, kept: bool) -> str:
    """The whole report. Where the folder is not `kept`, it says how to have one: its commands name the files."""
    page = ReviewPage(screen)
    parts: list[Part] = [*page.parts(demo.review, closing=False)]
    parts += [Text(), page.heading("The twin it was read from"), *twin_parts(demo.twin)]
    if demo.what_if:
        title = f"What if: {plural(len(demo.indexes), 'index', 'indexes')} that nobody built, planned on the twin"
        parts += [Text(), page.heading(title)]
        parts += [Verbatim(Text(f" {block(one)};", style="green")) for one in demo.indexes]
        for query in demo.what_if:
            parts += [Text(), _query(query.sql, screen.width), _costs(query, page)]
    folder = line(demo.folder)
    parts += [Text(), page.heading("Next")]
    if not kept:
        parts += _command(f"dba demo --keep {folder}", "keeps the files, so that the commands above can be repeated")
    parts += _command("dba check postgresql://user@host/database --prove", "your own database, which is only read")
    parts += _command("dba check schema.sql", "a file, a pg_dump or a folder of migrations")
    parts += _command(f"dba twin open {folder}/shop.twin", "a URL where any client can EXPLAIN against the twin")
    return printed(parts, screen)


def _query(sql: str, width: int) -> Text:
    text = Text(" " + " ".join(line(sql.replace("\n", " ")).split()), no_wrap=True)
    text.truncate(width, overflow="ellipsis")
    return text


def _costs(query: Planned, page: ReviewPage) -> Text:
    one = figures(Proof(before={"cost": query.before}, after={"cost": query.after}))[0]
    text = Text.assemble(
        (f"   {one.label} ", "dim"),
        one.before,
        (f" {page.arrow} ", "dim"),
        (one.after, "bold"),
        (f"  {one.gain}", "bold"),
    )
    return text.append(f"  {plural(round(query.calls), 'call')}", style="dim")


def _command(command: str, gives: str) -> list[Part]:
    return [Verbatim(Text(f" {command}", style="bold cyan")), Text(f"     {gives}", style="dim")]
