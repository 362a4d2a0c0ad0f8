"""Another name, with both names at work in between.

A column: beside it a copy under the new name, kept in step in both directions by a trigger. Code that knows the old
name and code that knows the new one work side by side, each with indexes. In the end the copy goes and the column
itself gets its name: nothing is built, checked or written then, and all that hangs on the column stays.

A table: it gets its name at once, and a view under the old name takes reads and writes until it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from dbarchitect.migrate.online import sync
from dbarchitect.migrate.online.steps import (
    Ddl,
    Draft,
    Phase,
    bare,
    concurrently,
    fill,
    fitted,
    index_columns,
    relation_names,
    transaction,
    walking_key,
)
from dbarchitect.model.change import AddColumn, AddIndex, Change, Create, Drop, Rename, SetGrants
from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.plan import Backfill, Step
from dbarchitect.model.schema import Column, Index, Relational, Table, View
from dbarchitect.sql.columns import with_column


class ColumnRename:
    """One column's rename: `old` to `new`."""

    def __init__(self, change: Rename, table: Table, column: Column, schema: Relational, ddl: Ddl) -> None:
        self.change = change
        self.table = table
        self.column = column
        self.schema = schema
        self.ddl = ddl
        self.old, self.new = column.name, change.to.name
        self.function, self.trigger = sync.names(table, column.name, schema)
        self._relations = relation_names(schema, table.name.schema)

    def phases(self) -> tuple[Phase, ...]:
        """Expand: both names; contract: the new one alone."""
        table = self.table.name
        expand = Draft(self.change)
        self._copy(expand, self.old, self.new)

        contract = Draft(self.change)
        again = Draft(
            self.change
        )  # new code is at work: the old name comes beside the new one, then they change places
        self._copy(again, self.new, self.old)
        again.add(
            transaction(
                f"{self._short(self.old)} is the column again, {quote_identifier(self.new)} its copy",
                (f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", *self._exchanged(), self._synced(self.old, self.new)),
                {table: "ACCESS EXCLUSIVE"},
            )
        )
        contract.add(
            transaction(
                f"{self._short(self.old)} gets its new name {quote_identifier(self.new)}; the copy goes",
                (
                    f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
                    *sync.drop(table, self.function, self.trigger),
                    f"ALTER TABLE {table} DROP COLUMN {quote_identifier(self.new)}",
                    *self.ddl(self.change),
                ),
                {table: "ACCESS EXCLUSIVE"},
                why="indexes, constraints, views and privileges stay on the column: no row is read",
                hazards=self._breaking(),
            ),
            *again.phase("again").up,
        )
        return (
            expand.phase("expand", "old code goes on with the old name"),
            contract.phase("contract", f"no running code says {quote_identifier(self.old)} any more"),
        )

    def _breaking(self) -> tuple[str, ...]:
        found = [f"code that still says {quote_identifier(self.old)} fails from here on"]
        word = re.compile(rf"(?i)(?<![\w$]){re.escape(self.old)}(?![\w$])")
        if said := [one.name.short for one in self.schema.functions if word.search(one.body)]:
            found.append(f"function {', '.join(said)} may be such code")
        return tuple(found)

    def _short(self, column: str) -> str:
        return f"{self.table.name.short}.{quote_identifier(column)}"

    def _synced(self, column: str, copy: str) -> str:
        return sync.replace_function(self.function, sync.both_ways(column, copy))

    def _copy(self, draft: Draft, column: str, copy: str) -> None:
        """`copy` beside `column`, with its values and its indexes."""
        table = self.table.name
        quoted, other = quote_identifier(column), quote_identifier(copy)
        hazards: list[str] = []
        named = [one.name for one in self.table.triggers if self.column.name in one.columns]
        if named:
            hazards.append(f"trigger {', '.join(named)} is not fired by an UPDATE that sets only {other}")
        if self.column.default is not None or self.column.identity is not None:
            hazards.append(f"an INSERT that sets {other} to NULL gets the default of {quoted}")
        grants = tuple(replace(one, column=copy) for one in self.table.grants if one.column == self.column.name)
        whole = tuple(one for one in self.table.grants if not one.column)
        privileges = SetGrants(at=self.table.ref, owner=self.table.owner, before=whole, after=(*whole, *grants))
        draft.add(
            transaction(
                f"{self._short(copy)}, kept equal to {quoted} in both directions",
                (
                    *self.ddl(AddColumn(table=table, column=bare(self.column, copy))),
                    *(self.ddl(privileges) if grants else ()),
                    *sync.create(table, self.function, self.trigger, sync.both_ways(column, copy)),
                ),
                {table: "ACCESS EXCLUSIVE"},
                why="an empty column costs nothing; whichever of the two names is written, the other follows",
                hazards=tuple(hazards),
            ),
            transaction(
                f"drop {self._short(copy)}",
                (*sync.drop(table, self.function, self.trigger), f"ALTER TABLE {table} DROP COLUMN {other}"),
                {table: "ACCESS EXCLUSIVE"},
            ),
        )
        backfill = Backfill(
            table=table,
            key=tuple(column if one == self.column.name else one for one in walking_key(self.table)),
            assignments={copy: quoted},
            where=f"pg_catalog.record_image_ne(ROW({other}), ROW({quoted}))",
        )
        fire = [one.name for one in self.table.triggers if "UPDATE" in one.events and not one.columns]
        draft.add(
            fill(
                f"fill {self._short(copy)}",
                backfill,
                why="in batches that each commit; only rows in which the two differ",
                hazards=(f"trigger {', '.join(fire)} fires for each row that is filled",) if fire else (),
            )
        )
        for index in self.table.indexes:
            if self.column.name in index_columns(index):
                made = self._index(index, copy, column)
                statement, *_ = self.ddl(AddIndex(index=made, concurrently=True))
                draft.add(
                    replace(
                        concurrently(f"build {made.name.name} like {index.name.name}", statement, table, builds=True),
                        why="for queries that say the new name; without blocking writers",
                    ),
                    concurrently(
                        f"drop {made.name.name}", f"DROP INDEX CONCURRENTLY IF EXISTS {made.name}", table, builds=False
                    ),
                )

    def _index(self, index: Index, copy: str, column: str) -> Index:
        """An index like another, on the copy of the column, which is called `column` meanwhile."""

        def named(text: str) -> str:
            return with_column(text, self.column.name, copy)

        name = fitted(index.name.name, "dba", taken=self._relations)
        return replace(
            index,
            name=Name(schema=index.name.schema, name=name),
            keys=tuple(
                replace(key, column=copy)
                if key.column == self.column.name
                else replace(key, expression=named(key.expression))
                if key.expression is not None
                else key
                for key in index.keys
            ),
            include=tuple(copy if one == self.column.name else one for one in index.include),
            predicate=None if index.predicate is None else named(index.predicate),
            constraint=None,
            comment=None,
            clustered=False,
            replica_identity=False,
        )

    def _exchanged(self) -> Iterable[str]:
        target = f"ALTER TABLE {self.table.name} RENAME COLUMN"
        aside = quote_identifier(fitted(self.old, "dba", taken={one.name for one in self.table.columns}))
        old, new = quote_identifier(self.old), quote_identifier(self.new)
        yield f"{target} {new} TO {aside}"
        yield f"{target} {old} TO {new}"
        yield f"{target} {aside} TO {old}"


def table_phases(change: Rename, table: Table, schema: Relational, ddl: Ddl) -> tuple[Phase, ...]:
    """A table's rename: a view keeps the old name alive."""
    old, new = table.name, change.to
    view = _view(table, new, schema)
    back: Change | None = change.reverse()
    assert back is not None
    at = ObjectRef(kind="view", schema=old.schema, name=old.name)
    made = (
        *ddl(Create(object=view)),
        *(ddl(SetGrants(at=at, owner=table.owner, after=table.grants)) if table.grants else ()),
    )
    expand, contract = Draft(change), Draft(change)
    expand.add(
        transaction(
            f"{old.short} becomes {new.short}, and a view of the old name",
            (*ddl(change), *made),
            {old: "ACCESS EXCLUSIVE"},
            why="in one transaction: there is no moment without either name",
            hazards=(f"{old.short} is a view now: COPY FROM, TRUNCATE, foreign keys and DDL need the new name",),
        ),
        transaction(
            f"{new.short} becomes {old.short} again",
            (*ddl(Drop(object=view)), *ddl(back)),
            {new: "ACCESS EXCLUSIVE"},
        ),
    )
    contract.add(_drop_view(view, ddl), transaction(f"view {old.short} again", made, {}))
    return (
        expand.phase("expand", "old code goes on with the old name, which is a view"),
        contract.phase("contract", f"no running code says {old.short} any more"),
    )


def _drop_view(view: View, ddl: Ddl) -> Step:
    return transaction(
        f"drop view {view.name.short}",
        ddl(Drop(object=view)),
        {},
        hazards=(f"code that still says {view.name.short} fails from here on",),
    )


def _view(table: Table, new: Name, schema: Relational) -> View:
    columns = ",\n    ".join(quote_identifier(one.name) for one in table.columns)
    return View(
        name=table.name,
        definition=f"SELECT {columns}\nFROM {new}",
        # Or the rights and the row security of the view's owner would count instead of the caller's.
        options={"security_invoker": "true"} if schema.major >= 15 else {},
        owner=table.owner,
    )
