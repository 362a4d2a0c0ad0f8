"""Statistics of one schema for another that has none of its own: those of what is there under the same name."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from dbarchitect.engines.postgres import twin as twin_room
from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.model.facts import Facts
from dbarchitect.model.schema import Index, Relational

from .plans import sizes_of_new_indexes


def carried(facts: Facts, origin: Relational, schema: Relational) -> Facts:
    """`facts` of the schema `origin` as far as they hold for `schema`: of tables of the same name, of their columns of
    the same name and kind of type, of indexes that are the same."""
    columns = {
        str(table.name): {column.name: column.type.category for column in table.columns} for table in origin.tables
    }
    indexes = {str(index.name): _made(index) for table in origin.tables for index in table.indexes}
    tables = {str(table.name): table for table in schema.tables}
    found = {
        name: tuple(
            one
            for one in statistics
            if one.column
            in {
                column.name
                for column in tables[name].columns
                if columns.get(name, {}).get(column.name) == column.type.category
            }
        )
        for name, statistics in facts.columns.items()
        if name in tables
    }
    same = {
        str(index.name)
        for table in schema.tables
        for index in table.indexes
        if indexes.get(str(index.name)) == _made(index)
    }
    return replace(
        facts,
        tables={name: one for name, one in facts.tables.items() if name in tables},
        indexes={name: one for name, one in facts.indexes.items() if name in same},
        sequences={},
        columns=found,
        extended=(),
    )


def _made(index: Index) -> tuple[object, ...]:
    return (index.table, index.method, index.keys, index.include, index.predicate, index.unique)


def twin_with(
    server: Server, snapshot: Snapshot, facts: Facts, *, database: str, progress: Callable[[str], None]
) -> Twin:
    """A twin of a schema with such facts; its other indexes have the size that the size model gives them."""
    dressed = replace(snapshot, schema=replace(snapshot.schema, facts=facts))
    twin = twin_room.build(server, dressed, database=database, progress=progress)
    sizes = sizes_of_new_indexes(dressed.schema, twin)
    if not sizes:
        return twin
    twin.close()
    facts = replace(facts, indexes={**facts.indexes, **sizes})
    dressed = replace(snapshot, schema=replace(snapshot.schema, facts=facts))
    return twin_room.build(server, dressed, database=database, progress=progress)
