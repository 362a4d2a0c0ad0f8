"""What a `.twin` file holds, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from rich.table import Table
from rich.text import Text

from dbarchitect.model.finding import Gap
from dbarchitect.render.console import Part, printed
from dbarchitect.render.digest import amount, plural
from dbarchitect.render.untrusted import line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dbarchitect.render import Screen


class TwinFacts(Protocol):
    """The figures of a `.twin` file. Bytes are those of the original; `file_bytes` of the file."""

    @property
    def path(self) -> str: ...
    @property
    def file_bytes(self) -> int: ...
    @property
    def format(self) -> int: ...
    @property
    def product(self) -> str: ...
    @property
    def taken_at(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def engine(self) -> str: ...
    @property
    def redacted(self) -> bool: ...
    @property
    def scale(self) -> Mapping[str, float]: ...
    @property
    def tables(self) -> int: ...
    @property
    def indexes(self) -> int: ...
    @property
    def columns_with_statistics(self) -> int: ...
    @property
    def rows(self) -> float: ...
    @property
    def bytes(self) -> int: ...
    @property
    def queries(self) -> int: ...
    @property
    def largest(self) -> Sequence[tuple[str, float, int]]: ...
    @property
    def gaps(self) -> Sequence[Gap]: ...


def render_twin(twin: TwinFacts, screen: Screen) -> str:
    """The summary as text."""
    return printed(twin_parts(twin), screen)


def twin_parts(twin: TwinFacts) -> list[Part]:
    """What it is of, what it stands for, what it lacks."""
    stands = f"{plural(twin.tables, 'table')}, {plural(twin.indexes, 'index', 'indexes')}"
    if twin.bytes:
        stands += f", {_rows(twin.rows)}, {amount(twin.bytes, 'bytes')}"
    columns = plural(twin.columns_with_statistics, "column")
    facts = [
        ("of", f"{line(twin.source)}, {line(twin.engine)}"),
        ("taken", f"{line(twin.taken_at)} by {line(twin.product)}"),
        ("stands for", stands),
        ("knows", f"statistics of {columns}, {plural(twin.queries, 'query', 'queries')}"),
        ("sample values", "redacted" if twin.redacted else "as in the original: --redact replaces them"),
    ]
    if twin.scale:
        scaled = ", ".join(f"{line(table)} {factor:g}x" for table, factor in twin.scale.items())
        facts.append(("scaled", scaled))
    parts: list[Part] = []
    parts.append(Text.assemble((line(twin.path), "bold"), f"  {amount(twin.file_bytes, 'bytes')}, no rows"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in facts:
        grid.add_row(Text(f" {label}", style="dim"), Text(value))
    parts.append(grid)
    sized = [one for one in twin.largest if one[2]]
    if sized:
        parts.append(Text())
        largest = Table.grid(padding=(0, 2, 0, 0))
        largest.add_column(overflow="fold")
        largest.add_column(no_wrap=True, justify="right")
        largest.add_column(no_wrap=True, justify="right")
        for table, rows, size in sized:
            largest.add_row(Text(f" {line(table)}"), Text(_rows(rows)), Text(amount(size, "bytes")))
        parts.append(largest)
    parts += [
        Text.assemble((f"gap: {line(gap.kind)} {line(gap.name)}", "bold yellow"), f": {line(gap.effect)}")
        for gap in twin.gaps
    ]
    return parts


def _rows(rows: float) -> str:
    return plural(round(rows), "row")
