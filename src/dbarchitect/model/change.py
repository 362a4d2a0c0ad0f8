"""Changes of a relational schema: a closed union of values that reverse themselves.

A change carries whole objects, before and after, so that its inverse needs nothing else. `reverse` gives
the change that undoes the structure; rows that a drop loses do not come back with it.
"""

from __future__ import annotations

from .names import Name
from .schema import Column, Constraint, Function, Index, Table, Trigger, UserType
from .value import Value


class AddTable(Value, tag_field="kind", tag="add_table", frozen=True, kw_only=True):
    """CREATE TABLE with its columns and constraints; indexes, triggers and policies are changes of their own."""

    table: Table

    def reverse(self) -> Change | None:
        """DROP TABLE."""
        return DropTable(table=self.table)


class DropTable(Value, tag_field="kind", tag="drop_table", frozen=True, kw_only=True):
    """DROP TABLE."""

    table: Table

    def reverse(self) -> Change | None:
        """CREATE TABLE, empty."""
        return AddTable(table=self.table)


class AddColumn(Value, tag_field="kind", tag="add_column", frozen=True, kw_only=True):
    """ALTER TABLE ADD COLUMN."""

    table: Name
    column: Column

    def reverse(self) -> Change | None:
        """DROP COLUMN."""
        return DropColumn(table=self.table, column=self.column)


class DropColumn(Value, tag_field="kind", tag="drop_column", frozen=True, kw_only=True):
    """ALTER TABLE DROP COLUMN."""

    table: Name
    column: Column

    def reverse(self) -> Change | None:
        """ADD COLUMN, without its values."""
        return AddColumn(table=self.table, column=self.column)


class AlterColumn(Value, tag_field="kind", tag="alter_column", frozen=True, kw_only=True):
    """Type, default, NOT NULL, identity, storage... of a column. `using` converts; `using_back` converts back."""

    table: Name
    before: Column
    after: Column
    using: str = ""
    using_back: str | None = ""  # None: there is no way back

    def reverse(self) -> Change | None:
        """The alteration the other way round; None where values cannot be converted back."""
        if self.using_back is None:
            return None
        return AlterColumn(
            table=self.table, before=self.after, after=self.before, using=self.using_back, using_back=self.using
        )


class AddConstraint(Value, tag_field="kind", tag="add_constraint", frozen=True, kw_only=True):
    """ALTER TABLE ADD CONSTRAINT."""

    table: Name
    constraint: Constraint

    def reverse(self) -> Change | None:
        """DROP CONSTRAINT."""
        return DropConstraint(table=self.table, constraint=self.constraint)


class DropConstraint(Value, tag_field="kind", tag="drop_constraint", frozen=True, kw_only=True):
    """ALTER TABLE DROP CONSTRAINT."""

    table: Name
    constraint: Constraint

    def reverse(self) -> Change | None:
        """ADD CONSTRAINT."""
        return AddConstraint(table=self.table, constraint=self.constraint)


class ValidateConstraint(Value, tag_field="kind", tag="validate_constraint", frozen=True, kw_only=True):
    """ALTER TABLE VALIDATE CONSTRAINT. Nothing to undo: the constraint held before."""

    table: Name
    constraint: Constraint

    def reverse(self) -> Change | None:
        """None: validation has no inverse and needs none."""
        return None


class AddIndex(Value, tag_field="kind", tag="add_index", frozen=True, kw_only=True):
    """CREATE INDEX."""

    index: Index

    def reverse(self) -> Change | None:
        """DROP INDEX."""
        return DropIndex(index=self.index)


class DropIndex(Value, tag_field="kind", tag="drop_index", frozen=True, kw_only=True):
    """DROP INDEX."""

    index: Index

    def reverse(self) -> Change | None:
        """CREATE INDEX."""
        return AddIndex(index=self.index)


class Reindex(Value, tag_field="kind", tag="reindex", frozen=True, kw_only=True):
    """REINDEX INDEX: rebuilds what a failed concurrent build left invalid."""

    index: Index

    def reverse(self) -> Change | None:
        """None: there is nothing to undo."""
        return None


class AddFunction(Value, tag_field="kind", tag="add_function", frozen=True, kw_only=True):
    """CREATE FUNCTION from its definition."""

    function: Function

    def reverse(self) -> Change | None:
        """DROP FUNCTION."""
        return DropFunction(function=self.function)


class DropFunction(Value, tag_field="kind", tag="drop_function", frozen=True, kw_only=True):
    """DROP FUNCTION."""

    function: Function

    def reverse(self) -> Change | None:
        """CREATE FUNCTION."""
        return AddFunction(function=self.function)


class AddTrigger(Value, tag_field="kind", tag="add_trigger", frozen=True, kw_only=True):
    """CREATE TRIGGER from its definition."""

    table: Name
    trigger: Trigger

    def reverse(self) -> Change | None:
        """DROP TRIGGER."""
        return DropTrigger(table=self.table, trigger=self.trigger)


class DropTrigger(Value, tag_field="kind", tag="drop_trigger", frozen=True, kw_only=True):
    """DROP TRIGGER."""

    table: Name
    trigger: Trigger

    def reverse(self) -> Change | None:
        """CREATE TRIGGER."""
        return AddTrigger(table=self.table, trigger=self.trigger)


class AddType(Value, tag_field="kind", tag="add_type", frozen=True, kw_only=True):
    """CREATE TYPE or CREATE DOMAIN."""

    type: UserType

    def reverse(self) -> Change | None:
        """DROP TYPE."""
        return DropType(type=self.type)


class DropType(Value, tag_field="kind", tag="drop_type", frozen=True, kw_only=True):
    """DROP TYPE or DROP DOMAIN."""

    type: UserType

    def reverse(self) -> Change | None:
        """CREATE TYPE."""
        return AddType(type=self.type)


Change = (
    AddTable
    | DropTable
    | AddColumn
    | DropColumn
    | AlterColumn
    | AddConstraint
    | DropConstraint
    | ValidateConstraint
    | AddIndex
    | DropIndex
    | Reindex
    | AddFunction
    | DropFunction
    | AddTrigger
    | DropTrigger
    | AddType
    | DropType
)
