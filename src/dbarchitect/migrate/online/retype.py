"""A column of another type, online: beside the old column a shadow of the new type, kept in step by a trigger, filled
in batches, and given all that the old one has (NOT NULL, indexes, checks, foreign keys) without blocking anybody; then
one short transaction in which the two swap their names.

Keys that point at the column are moved first, one table a transaction, from the column to its shadow: PostgreSQL lets
an int reference a bigint, and the trigger keeps both columns equal, so that every key is guarded at every moment. The
old column stays, kept in step the other way round, until the steps of `contract`; the way back is the same swap.

What hangs on a column's number instead of its name (views, policies, triggers, rules, statistics objects, functions
with an SQL body) would follow the old column. It is dropped and made again inside the swap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from dbarchitect.migrate.online import sync
from dbarchitect.migrate.online.dependents import Dependents
from dbarchitect.migrate.online.keys import Reference, widens
from dbarchitect.migrate.online.steps import (
    Ddl,
    Draft,
    Phase,
    analyze,
    bare,
    concurrently,
    fill,
    fitted,
    index_columns,
    not_null,
    relation_names,
    server_name,
    transaction,
    validate,
    walking_key,
)
from dbarchitect.model.change import (
    AddColumn,
    AddConstraint,
    AddIndex,
    AlterColumn,
    DropConstraint,
    Rename,
    SetComment,
    SetGrants,
)
from dbarchitect.model.journal import KEPT
from dbarchitect.model.names import Name, ObjectRef, quote_identifier, quote_literal
from dbarchitect.model.plan import Backfill, Lock, Step
from dbarchitect.model.schema import (
    Check,
    Column,
    Constraint,
    ForeignKey,
    Function,
    Index,
    NotNull,
    PrimaryKey,
    Publication,
    Relational,
    Sequence,
    Table,
    Unique,
)
from dbarchitect.sql.columns import with_column


@dataclass(frozen=True, slots=True)
class _Conversion:
    """From the values of one column to those of the other, in the words of USING; "" for an assignment."""

    using: str
    target: Column

    def in_sql(self, source: str) -> str:
        """The expression over the table's row."""
        return f"({self.using})" if self.using else quote_identifier(source)


class Retype:
    """One change of type: `change.before` into `change.after`, in `schema`."""

    def __init__(self, change: AlterColumn, table: Table, schema: Relational, ddl: Ddl) -> None:
        self.change = change
        self.table = table
        self.schema = schema
        self.ddl = ddl
        self.major = schema.major
        self.name = change.before.name
        self.shadow = fitted(self.name, "dba", taken={one.name for one in table.columns})
        self.function, self.trigger = sync.names(table, self.name, schema)
        self._relations = relation_names(schema, table.name.schema)
        self.indexes = tuple(one for one in table.indexes if self.name in index_columns(one))
        self.checks = tuple(one for one in table.constraints if isinstance(one, Check) and self.name in one.columns)
        self.references = tuple(self._references())
        self.dependents = Dependents(schema, table.name, self.name)

    # Names and values of what is made on the shadow

    @property
    def _on(self) -> str:
        return str(self.table.name)

    def _beside(self, name: str, table: Table | None = None) -> str:
        on = table or self.table
        return fitted(name, "dba", taken={one.name for one in on.constraints} | self._relations)

    def _references(self) -> Iterable[Reference]:
        for child in self.schema.tables:
            for key in child.foreign_keys:
                ours = child.name == self.table.name and self.name in key.columns
                points = key.target == self.table.name and self.name in key.target_columns
                if not ours and not points:
                    continue
                yield Reference(
                    child=child,
                    was=key,
                    beside=replace(
                        key,
                        name=self._beside(key.name, child),
                        columns=self._renamed(key.columns) if ours else key.columns,
                        set_columns=self._renamed(key.set_columns) if ours else key.set_columns,
                        target_columns=self._renamed(key.target_columns) if points else key.target_columns,
                        validated=False,
                        comment=None,
                    ),
                )

    def _renamed(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.shadow if one == self.name else one for one in columns)

    def _index_beside(self, index: Index) -> Index:
        keys = tuple(
            replace(key, column=self.shadow)
            if key.column == self.name
            else replace(key, expression=with_column(key.expression, self.name, self.shadow))
            if key.expression is not None
            else key
            for key in index.keys
        )
        predicate = None if index.predicate is None else with_column(index.predicate, self.name, self.shadow)
        return replace(
            index,
            name=Name(schema=index.name.schema, name=self._beside(index.name.name)),
            keys=keys,
            include=self._renamed(index.include),
            predicate=predicate,
            constraint=None,
        )

    def _check_beside(self, check: Check) -> Check:
        return replace(
            check,
            name=self._beside(check.name),
            columns=self._renamed(check.columns),
            expression=with_column(check.expression, self.name, self.shadow),
            validated=False,
            comment=None,
        )

    @property
    def _not_null(self) -> NotNull:
        """The column's NOT NULL as 18 has it: the one that there is, else as the server would call it."""
        usual = NotNull(name=server_name(self.table.name.name, self.name, "not_null"), columns=(self.name,))
        own = (one for one in self.table.constraints if isinstance(one, NotNull) and one.columns == (self.name,))
        return next(own, usual)

    @property
    def _not_null_beside(self) -> str:
        return self._beside(server_name(self.table.name.name, self.name, "not_null"))

    # The two phases

    def phases(self, *, keep: bool) -> tuple[Phase, ...]:
        """Expand, up to the swap; and contract, which drops the old column (with `keep` only what keeps it in step)."""
        before, after = self.change.before, self.change.after
        using, back = self.change.using, self.change.using_back
        expand = Draft(self.change)
        self._add_shadow(expand, after, _Conversion(using, after))
        self._dress(expand, after)
        for reference in self.references:
            self._guard(expand, reference)
        for reference in self.references:
            if not reference.late:
                self._move(expand, reference)
        self._swap(expand, before, after)

        contract = Draft(self.change)
        shadow, kept = quote_identifier(self.shadow), quote_identifier(self._kept)
        again = Draft(self.change)
        if back is not None:
            self._add_shadow(again, before, _Conversion(back, before), forgiving=True, kept=keep)
        contract.add(
            transaction(
                f"keep the old column as {self._short(self._kept)}, no longer in step"
                if keep
                else f"drop the old column, now {self._short(self.shadow)}",
                (
                    *sync.drop(self.table.name, self.function, self.trigger),
                    f"ALTER TABLE {self._on} RENAME COLUMN {shadow} TO {kept}"
                    if keep
                    else f"ALTER TABLE {self._on} DROP COLUMN {shadow}",
                ),
                {self.table.name: "ACCESS EXCLUSIVE"},
                loses=()
                if keep or back is not None
                else (f"values of {self.table.name.short}.{self.name} as {before.type.sql}",),
                why="its values stay as they are from now on" if keep else "nothing reads it any more",
            ),
            *again.phase("again").up,
        )
        phases = (
            expand.phase("expand", "the application reads and writes the same column all the time"),
            contract.phase(
                "contract", "the new column has proved itself: from here on the way back fills a column anew"
            ),
        )
        if back is None:  # a swap that cannot be taken back must not be followed by a way back of the steps before it
            return tuple(replace(one, down=()) for one in phases)
        return phases

    @property
    def _kept(self) -> str:
        return fitted(f"{KEPT}{self.name}", taken={one.name for one in self.table.columns})

    def _short(self, column: str) -> str:
        return f"{self.table.name.short}.{quote_identifier(column)}"

    def _add_shadow(
        self, draft: Draft, target: Column, conversion: _Conversion, *, forgiving: bool = False, kept: bool = False
    ) -> None:
        """The shadow as `target`, filled from the column through `conversion`; `kept`: it is there, moved aside."""
        table, column = self.table.name, bare(target, self.shadow)
        body = sync.one_way(table, self.name, self.shadow, conversion.using, forgiving=forgiving)
        statements: list[str] = []
        if self.change.using or self.change.using_back:
            statements.append(f"SET LOCAL search_path TO {sync.SEARCH_PATH}")
        if kept:
            aside = quote_identifier(self._kept)
            statements.append(f"ALTER TABLE {table} RENAME COLUMN {aside} TO {quote_identifier(self.shadow)}")
        else:
            statements += [*self.ddl(AddColumn(table=table, column=column)), *self._column_grants()]
        # Where a trigger would find no function or operator, these fail first, and no writer does.
        other = self.change.using if forgiving else self.change.using_back
        statements += [f"SELECT ({one}) {rows} WHERE false" for one, rows in self._both(conversion.using, other) if one]
        statements += sync.create(table, self.function, self.trigger, body)
        draft.add(
            transaction(
                f"{self._short(self.shadow)} of type {target.type.sql}, in step with {quote_identifier(self.name)}",
                statements,
                {table: "ACCESS EXCLUSIVE"},
                why="an empty column costs nothing; from now on every row that is written has both",
                hazards=self._writing_hazards(conversion, forgiving),
            ),
            transaction(
                f"drop {self._short(self.shadow)}",
                (
                    *sync.drop(table, self.function, self.trigger),
                    f"ALTER TABLE {table} DROP COLUMN {quote_identifier(self.shadow)}",
                ),
                {table: "ACCESS EXCLUSIVE"},
            ),
        )
        shadow, value = quote_identifier(self.shadow), conversion.in_sql(self.name)
        converted = f"{value}::{target.type.sql}"
        # By their bytes where the type may have no equality of its own.
        differs = (
            f"{shadow} IS DISTINCT FROM {converted}"
            if target.type.category in _PLAIN_CATEGORIES
            else f"pg_catalog.record_image_ne(ROW({shadow}), ROW({converted}))"
        )
        backfill = Backfill(table=table, key=walking_key(self.table), assignments={self.shadow: value}, where=differs)
        draft.add(
            fill(
                f"fill {self._short(self.shadow)}",
                backfill,
                why="in batches that each commit; only rows in which the two differ",
                hazards=self._filling_hazards(),
            )
        )

    def _both(self, there: str, back: str | None) -> tuple[tuple[str, str], tuple[str, str]]:
        """Both conversions with the rows that they will see: the table's, and the table's as they are after a swap."""
        swapped = {self.name: self.shadow}
        columns = ", ".join(
            f"{quote_identifier(swapped.get(one.name, one.name))} AS {quote_identifier(one.name)}"
            for one in self.table.columns
        )
        alias = quote_identifier(self.table.name.name)
        return (there, f"FROM {self._on}"), (back or "", f"FROM (SELECT {columns} FROM {self._on}) AS {alias}")

    def _dress(self, draft: Draft, target: Column, *, undo: bool = True) -> None:
        """All that the column has, on the shadow as well, but foreign keys."""
        table = self.table.name
        if target.not_null:
            name = self._not_null_beside
            not_null(
                draft, table, self.shadow, name=name, check=name, major=self.major, ddl=self.ddl, undo=undo
            )  # fmt: skip
        for index in self.indexes:
            beside = self._index_beside(index)
            made, *_ = self.ddl(AddIndex(index=replace(beside, comment=None), concurrently=True))
            draft.add(
                replace(
                    concurrently(f"build {beside.name.name} for {index.name.name}", made, table, builds=True),
                    why="without blocking writers",
                ),
                *(
                    [
                        concurrently(
                            f"drop {beside.name.name}",
                            f"DROP INDEX CONCURRENTLY IF EXISTS {beside.name}",
                            table,
                            builds=False,
                        )
                    ]
                    if undo
                    else []
                ),
            )
        for check in self.checks:
            beside = self._check_beside(check)
            self._constraint(draft, self.table, check, beside, {table: "ACCESS EXCLUSIVE"}, undo=undo)
        draft.add(analyze(table, "or the planner would know nothing of the new column when the names are swapped"))

    def _constraint(
        self,
        draft: Draft,
        table: Table,
        was: Check | ForeignKey,
        beside: Constraint,
        locks: dict[Name, Lock],
        *,
        undo: bool,
    ) -> None:
        """A constraint on the shadow, checked apart where the one that it stands for is."""
        gone = f"ALTER TABLE {table.name} DROP CONSTRAINT IF EXISTS {quote_identifier(beside.name)}"
        strong: dict[Name, Lock] = dict.fromkeys(locks, "ACCESS EXCLUSIVE")
        draft.add(
            transaction(
                f"{beside.name} beside {was.name} of {table.name.short}",
                self.ddl(AddConstraint(table=table.name, constraint=beside)),
                locks,
                why="new rows are checked from now on, those that are there in the next step",
            ),
            *([transaction(f"drop {beside.name} of {table.name.short}", (gone,), strong)] if undo else []),
        )
        if was.validated and was.enforced:
            target = was.target if isinstance(was, ForeignKey) else None
            draft.add(validate(table.name, beside.name, also=target))

    def _guard(self, draft: Draft, one: Reference, *, undo: bool = True) -> None:
        """The foreign key on the shadow, beside the one that there is."""
        locks: dict[Name, Lock] = dict.fromkeys((one.was.target, one.child.name), "SHARE ROW EXCLUSIVE")
        self._constraint(draft, one.child, one.was, one.beside, locks, undo=undo)

    def _move(self, draft: Draft, one: Reference) -> None:
        """The foreign key on the shadow takes the place of the other. The way back makes that again, on the column."""
        back = Draft(self.change)
        again = replace(one.was, name=one.beside.name, validated=False, comment=None)
        self._guard(back, Reference(child=one.child, was=one.was, beside=again), undo=False)
        back.add(self._taking_place(one, self.name))
        draft.add(self._taking_place(one, self.shadow), *back.phase("back").up)

    def _taking_place(self, one: Reference, column: str) -> Step:
        """The foreign key beside another, which is on `column`, becomes that one."""
        child = one.child.name
        locks: dict[Name, Lock] = dict.fromkeys((one.was.target, child), "ACCESS EXCLUSIVE")
        return transaction(
            f"{one.was.name} of {child.short} {'uses' if one.ours else 'points at'} {quote_identifier(column)}",
            (
                *self.ddl(DropConstraint(table=child, constraint=one.was)),
                *self._renamed_constraint(child, one.beside.name, one.was),
            ),
            locks,
            why="both are in force: only names change, one foreign key at a time",
        )

    def _renamed_constraint(self, table: Name, name: str, to: Constraint) -> Iterable[str]:
        at = ObjectRef(kind="constraint", schema=table.schema, name=table.name, sub=name)
        yield from self.ddl(Rename(at=at, to=Name(schema="", name=to.name)))
        if to.comment is not None:
            yield from self.ddl(SetComment(at=replace(at, sub=to.name), after=to.comment))

    # The swap

    def _swap(self, draft: Draft, before: Column, after: Column) -> None:
        """The columns swap their names, and what is the column's goes with the name."""
        back = Draft(self.change)
        using_back = self.change.using_back
        self._dress(back, before, undo=False)
        for reference in self.references:
            if reference.late or not reference.ours:
                self._guard(back, reference, undo=False)
            if not reference.ours:  # what points at the column must let go of its key
                back.add(self._taking_place(reference, self.shadow))
        forward = sync.one_way(self.table.name, self.name, self.shadow, self.change.using)
        back.add(self._swapping(after, before, sync.replace_function(self.function, forward)))
        if using_back is None:
            function = tuple(sync.drop(self.table.name, self.function, self.trigger))
        else:
            body = sync.one_way(self.table.name, self.name, self.shadow, using_back, forgiving=True)
            function = (sync.replace_function(self.function, body),)
        draft.add(self._swapping(before, after, *function), *back.phase("back").up)

    def _swapping(self, leaving: Column, taking: Column, *function: str) -> Step:
        """One transaction: `leaving` becomes the shadow, the shadow becomes the column, as `taking`."""
        table = self.table.name
        old, new, aside = (quote_identifier(one) for one in (self.name, self.shadow, f"{self.shadow[:50]}_swap"))
        target = f"ALTER TABLE {table}"
        late = [one for one in self.references if one.late]
        locks: dict[Name, Lock] = dict.fromkeys(
            (*self.dependents.relations, *(one.was.target for one in late), table), "ACCESS EXCLUSIVE"
        )
        keys = {one.name: one for one in self.table.constraints if isinstance(one, PrimaryKey | Unique)}
        statements: list[str] = []

        # What must go before the column loses its name.
        statements += self.dependents.drops(self.ddl)
        for one in late:
            statements += self.ddl(DropConstraint(table=one.child.name, constraint=one.was))
        for index in self.indexes:
            if index.constraint is not None:
                statements += self.ddl(DropConstraint(table=table, constraint=keys[index.constraint]))
            else:
                statements.append(f"DROP INDEX {index.name}")
        for check in self.checks:
            statements += self.ddl(DropConstraint(table=table, constraint=check))
        if leaving.default is not None:
            statements.append(f"{target} ALTER COLUMN {old} DROP DEFAULT")
        statements += self._identity(leaving, taking)
        if leaving.not_null:
            statements.append(f"{target} ALTER COLUMN {old} DROP NOT NULL")

        statements += [
            f"{target} RENAME COLUMN {old} TO {aside}",
            f"{target} RENAME COLUMN {new} TO {old}",
            f"{target} RENAME COLUMN {aside} TO {new}",
        ]

        # What was made for the shadow gets the names that the column's had.
        if taking.not_null and self.major >= 18:
            statements += self._renamed_constraint(table, self._not_null_beside, self._not_null)
        for index in self.indexes:
            beside = self._index_beside(index)
            if index.constraint is not None:
                statements += self.ddl(
                    AddConstraint(
                        table=table, constraint=keys[index.constraint], index=replace(index, name=beside.name),
                        using_index=True,
                    )
                )  # fmt: skip
            else:
                at = ObjectRef(kind="index", schema=index.name.schema, name=table.name, sub=beside.name.name)
                statements += self.ddl(Rename(at=at, to=Name(schema="", name=index.name.name)))
            statements += self.ddl(AddIndex(index=replace(index, constraint=None)))[1:]
        for check in self.checks:
            statements += self._renamed_constraint(table, self._check_beside(check).name, check)
        for one in late:
            statements += self._renamed_constraint(table, one.beside.name, one.was)
        if taking.default is not None:
            statements.append(f"{target} ALTER COLUMN {old} SET DEFAULT {taking.default}")
        statements += [f"ALTER SEQUENCE {one.name} OWNED BY {table}.{old}" for one in self._owned()]
        statements += function
        statements += self.dependents.creates(self.ddl)
        # Sessions keep what they compiled for a column of the old type, and would fail: a touched function is compiled
        # anew.
        statements += (
            f"ALTER ROUTINE {one.name}({one.identity}) SECURITY {'DEFINER' if one.security_definer else 'INVOKER'}"
            for one in self._compiled()
            if one.owner == self.table.owner
        )
        return transaction(
            f"{self._short(self.name)} is {taking.type.sql}: the columns swap their names",
            statements,
            locks,
            why="all is built and checked: only names change, no row is read",
            hazards=self._swapping_hazards(),
            offenders="" if not taking.not_null else f"SELECT * FROM {table} WHERE {new} IS NULL",
        )

    def _compiled(self) -> Iterable[Function]:
        """Functions in PL/pgSQL that may hold the column's type."""
        fired = {one.function for one in self.table.triggers}
        word = re.compile(rf"(?i)(?<![\w$]){re.escape(self.name)}(?![\w$])")
        for one in self.schema.functions:
            if one.language == "plpgsql" and (f"{one.name}({one.identity})" in fired or word.search(one.body)):
                yield one

    def _owned(self) -> Iterable[Sequence]:
        return (
            one for one in self.schema.sequences if not one.internal and one.owned_by == (self.table.name, self.name)
        )

    def _identity(self, leaving: Column, taking: Column) -> Iterable[str]:
        """The identity goes from the column to the shadow, which still have their names, and its counter with it."""
        table = self.table.name
        target = f"ALTER TABLE {table} ALTER COLUMN {quote_identifier(self.name)}"
        if taking.identity is None:
            if leaving.identity is not None:
                yield f"{target} DROP IDENTITY"
            return
        shadow = replace(taking, name=self.shadow, default=None)
        add = self.ddl(AlterColumn(table=table, before=replace(shadow, identity=None), after=shadow))
        if leaving.identity is None:
            yield from add
            return
        sequence = leaving.identity.sequence
        new = quote_literal(str(taking.identity.sequence)).strip()
        # Taking the lock that nextval waits for: no number is given twice.
        yield f"ALTER SEQUENCE {sequence} INCREMENT BY {leaving.identity.increment or 1}"
        body = f"{target} DROP IDENTITY;\n    {add[0]}"  # what follows would read the rows to find the counter
        yield (
            f"DO $identity$\nDECLARE\n    counter bigint;\n    used boolean;\nBEGIN\n"
            f"    SELECT last_value, is_called INTO counter, used FROM {sequence};\n"
            f"    {body};\n    PERFORM pg_catalog.setval({new}, counter, used);\nEND\n$identity$"
        )
        known = next((one for one in self.schema.sequences if one.name == sequence), None)
        if known is not None and known.grants:
            at = ObjectRef(kind="sequence", schema=sequence.schema, name=taking.identity.sequence.name)
            yield from self.ddl(SetGrants(at=at, owner=known.owner, after=known.grants))
        if known is not None and known.comment is not None:
            yield f"COMMENT ON SEQUENCE {taking.identity.sequence} IS {quote_literal(known.comment)}"

    def _column_grants(self) -> Iterable[str]:
        grants = tuple(replace(one, column=self.shadow) for one in self.table.grants if one.column == self.name)
        if grants:
            whole = tuple(one for one in self.table.grants if not one.column)
            yield from self.ddl(
                SetGrants(at=self.table.ref, owner=self.table.owner, before=whole, after=(*whole, *grants))
            )

    # What to be warned of

    def _writing_hazards(self, conversion: _Conversion, forgiving: bool) -> tuple[str, ...]:
        found: list[str] = []
        widening = widens(self.change.before, self.change.after)
        if not widening and not forgiving:
            found.append(
                f"from here on a write fails whose {conversion.in_sql(self.name)} cannot become "
                f"{conversion.target.type.sql}"
            )
        if forgiving:
            found.append(f"a value that does not fit {conversion.target.type.sql} leaves the old column empty")
        published = [one.name for one in self.schema.publications if _publishes(one, self.table.name)]
        if published:
            found.append(
                f"publication {', '.join(published)} sends the new column as well: a subscriber's table needs it first"
            )
        return tuple(found)

    def _filling_hazards(self) -> tuple[str, ...]:
        found = [f"every row of {self.table.name.short} is written once: it grows until it is vacuumed"]
        fire = [
            one.name
            for one in self.table.triggers
            if "UPDATE" in one.events and not one.columns and one.enabled != "disabled"
        ]
        if fire:
            found.append(f"trigger {', '.join(fire)} fires for each row that is filled")
        return tuple(found)

    def _swapping_hazards(self) -> tuple[str, ...]:
        found = [
            "the column is the table's last one from here on: an INSERT without a list of columns puts values "
            "elsewhere, and SELECT * gives another order",
            "a prepared statement that returns the column fails once (cached plan must not change result type): the "
            "client prepares it again",
        ]
        if others := [one.name.short for one in self._compiled() if one.owner != self.table.owner]:
            found.append(f"open sessions fail in {', '.join(others)}, of another owner, until they connect again")
        if names := self.dependents.words:
            found.append(f"dropped and made again in the same transaction: {', '.join(names)}")
        return tuple(found)


_PLAIN_CATEGORIES = frozenset("NBDST")  # numbers, booleans, dates, texts, spans: with an equality of their own


def _publishes(publication: Publication, table: Name) -> bool:
    return (
        publication.all_tables
        or table.schema in publication.schemas
        or any(one.table == table for one in publication.tables)
    )
