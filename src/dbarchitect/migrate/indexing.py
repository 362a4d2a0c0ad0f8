"""Indexes to make and to drop as steps that block nobody, without a whole plan between two schemas."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from dbarchitect.migrate.actions import make_action
from dbarchitect.migrate.forms import Forms, write
from dbarchitect.migrate.objects import index_ref
from dbarchitect.model.change import AddIndex, Change, DropIndex
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import Index, Relational, Table

Steps = tuple[tuple[Step, ...], tuple[Step, ...]]
_NAME = 63


class Indexing:
    """Writes the steps of single indexes on one schema. `ddl` prints a change; `version` as 180006."""

    def __init__(self, schema: Relational, *, ddl: Callable[[Change], tuple[str, ...]], version: int) -> None:
        self._schema = schema
        self._ddl = ddl
        self._version = version
        self._names = {index.name.name for table in schema.tables for index in table.indexes}

    def make(self, index: Index) -> Steps:
        """(steps that make it, steps that undo them): of a partitioned table one partition after the other."""
        made = list(self._tree(index))  # that of a partition joins its parent's, which is first
        units = [(make_action(AddIndex(index=one), "index", makes={index_ref(one)}),) for one in made]
        return write(units, self._forms({one.table: one for one in made}, gone=()))

    def drop(self, index: Index) -> Steps:
        """(steps that drop it, steps that make it again)."""
        below = list(self._below(index))
        undo: tuple[Change, ...] = tuple(AddIndex(index=one) for one in (index, *below))
        drop = DropIndex(index=index)
        action = make_action(drop, "drop index", unmakes={index_ref(index)}, undo=undo if below else None)
        return write([(action,)], self._forms({}, gone=(index.name, *(one.name for one in below))))

    def _forms(self, new: dict[Name, Index], gone: tuple[Name, ...]) -> Forms:
        def afterwards(table: Table) -> Table:
            kept = tuple(one for one in table.indexes if one.name not in gone)
            added = new.get(table.name)
            return replace(table, indexes=(*kept, added) if added is not None else kept)

        after = replace(self._schema, tables=tuple(map(afterwards, self._schema.tables)))
        return Forms(ddl=self._ddl, version=self._version, before=self._schema, after=after)

    def _tree(self, index: Index) -> Iterator[Index]:
        """An index and those of the partitions below its table, parents first."""
        yield index
        for table in self._schema.tables:
            if table.partition_of is None or table.partition_of.parent != index.table or table.kind == "foreign":
                continue
            name = self._named(index, table.name)
            yield from self._tree(
                replace(index, name=Name(schema=table.name.schema, name=name), table=table.name, parent=index.name)
            )

    def _named(self, index: Index, table: Name) -> str:
        """A name for a partition's index: the parent's with its own table's name."""
        rest = index.name.name.removeprefix(f"{index.table.name}_")
        name = f"{table.name}_{rest}"
        if len(name.encode()) > _NAME or name in self._names:
            digest = hashlib.sha256(f"{table}.{rest}".encode()).hexdigest()[:8]
            name = f"{table.name.encode()[: _NAME - 13].decode(errors='ignore')}_{digest}_idx"
        self._names.add(name)
        return name

    def _below(self, index: Index) -> Iterator[Index]:
        for table in self._schema.tables:
            for one in table.indexes:
                if one.parent == index.name:
                    yield one
                    yield from self._below(one)
