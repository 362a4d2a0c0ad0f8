"""The diagram of a schema with what a reader without eyes, and another tool, get of it: a list, and Mermaid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dbarchitect.design.diagram import Box, er_diagram, marks
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Relational, Table
from dbarchitect.render.erd import Columns, Implied, diagram
from dbarchitect.review.enforcing import distinguishes

_MANY = 60  # tables from which a picture with every column shows nobody anything at first sight
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
    """`variants`: SVG by name, with more and fewer columns, the first is shown."""

    variants: tuple[tuple[str, Markup], ...]
    tables: tuple[Listed, ...]
    mermaid: str


def drawn(schema: Relational, implied: Sequence[Implied] = ()) -> Drawn:
    """The diagram of a schema; partitions stand in their tables. `implied`: references that only names imply."""
    tables = [one for one in schema.tables if one.partition_of is None]
    referred: defaultdict[Name, list[str]] = defaultdict(list)
    for table in tables:
        for key in table.foreign_keys:
            referred[key.target].append(table.name.short)
    order: tuple[Columns, ...] = ("all", "keys", "none") if len(tables) <= _MANY else ("keys", "none", "all")
    variants: list[tuple[str, Markup]] = []
    for place, columns in enumerate(order):
        svg = diagram(schema, implied=implied, columns=columns, prefix=f"erd-{columns}")
        # Every drawing escapes what is of the schema.
        variants.append((_NAMES[columns], Markup(svg.replace("<svg ", "<svg hidden ", 1) if place else svg)))
    return Drawn(
        variants=tuple(variants),
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
        mermaid=er_diagram([_box(table) for table in tables]),
    )


def _box(table: Table) -> Box:
    foreign = {name for one in table.foreign_keys for name in one.columns}
    key = table.primary_key.columns if table.primary_key is not None else ()
    needed = {one.name for one in table.columns if one.not_null}
    return Box(
        name=_bare(table.name),
        columns=tuple((one.type.sql, one.name, marks(one.name, key, foreign)) for one in table.columns),
        references=tuple(
            (_bare(one.target), ", ".join(one.columns), {*one.columns} <= needed, distinguishes(table, one.columns))
            for one in table.foreign_keys
        ),
    )


def _bare(name: Name) -> str:
    return name.name if name.schema == "public" else f"{name.schema}_{name.name}"
