"""The diagram of a schema with what a reader without eyes, and another tool, get of it: a list, and Mermaid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Relational
from dbarchitect.render.erd import Columns, Implied, diagram, diagram_map, fitting, mermaid

_NAMES: dict[Columns, str] = {"all": "All columns", "keys": "Keys", "none": "Names"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A table in words. `id`: what the drawing knows it by; `columns`: how many; the rest are names of tables."""

    id: str
    name: str
    columns: int
    refers: tuple[str, ...]
    referred: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """`variants`: SVG by name, with more and fewer columns, the first is shown. That is the map where there is one."""

    variants: tuple[tuple[str, Markup], ...]
    mapped: bool
    tables: tuple[Listed, ...]
    mermaid: str


def drawn(schema: Relational, implied: Sequence[Implied] = ()) -> Drawn:
    """The diagram of a schema; partitions stand in their tables. `implied`: references that only names imply."""
    tables = [one for one in schema.tables if one.partition_of is None]
    referred: defaultdict[Name, list[str]] = defaultdict(list)
    for table in tables:
        for key in table.foreign_keys:
            referred[key.target].append(table.name.short)
    first = fitting(schema)
    drawings = [
        (name, diagram(schema, implied=implied, columns=columns, prefix=f"erd-{columns}", mapped=False))
        for columns, name in sorted(_NAMES.items(), key=lambda one: one[0] != first)
    ]
    map_ = diagram_map(schema, implied=implied)
    if map_ is not None:
        drawings.insert(0, ("Map", map_))
    # Every drawing escapes what is of the schema.
    return Drawn(
        variants=tuple(
            (name, Markup(svg.replace("<svg ", "<svg hidden ", 1) if place else svg))
            for place, (name, svg) in enumerate(drawings)
        ),
        mapped=map_ is not None,
        tables=tuple(
            Listed(
                id=str(table.name),
                name=table.name.short,
                columns=len(table.columns),
                refers=tuple(dict.fromkeys(key.target.short for key in table.foreign_keys)),
                referred=tuple(dict.fromkeys(referred[table.name])),
            )
            for table in sorted(tables, key=lambda one: one.name.short)
        ),
        mermaid=mermaid(schema, implied=implied, columns=first),
    )
