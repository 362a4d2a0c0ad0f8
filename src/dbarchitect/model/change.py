"""Changes of a relational schema: a closed union of values that reverse themselves.

A change carries whole objects, before and after, so that its inverse needs nothing else. `reverse` gives
the change that undoes the structure; rows that a drop loses do not come back with it.
"""

from __future__ import annotations

from .names import Name, ObjectRef
from .schema import (
    Collation,
    Column,
    Constraint,
    DefaultPrivilege,
    Grant,
    Index,
    PartitionOf,
    SchemaObject,
    Sequence,
    Table,
    UserType,
)
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


class AlterTable(Value, tag_field="kind", tag="alter_table", frozen=True, kw_only=True):
    """What a table has besides its parts: persistence, storage, inheritance, row security, replica identity..."""

    before: Table
    after: Table

    def reverse(self) -> Change | None:
        """The settings as they were."""
        return AlterTable(before=self.after, after=self.before)


class AttachPartition(Value, tag_field="kind", tag="attach_partition", frozen=True, kw_only=True):
    """ALTER TABLE ... ATTACH PARTITION."""

    table: Name
    of: PartitionOf

    def reverse(self) -> Change | None:
        """DETACH PARTITION."""
        return DetachPartition(table=self.table, of=self.of)


class DetachPartition(Value, tag_field="kind", tag="detach_partition", frozen=True, kw_only=True):
    """ALTER TABLE ... DETACH PARTITION; `concurrently` outside a transaction alone."""

    table: Name
    of: PartitionOf
    concurrently: bool = False

    def reverse(self) -> Change | None:
        """ATTACH PARTITION."""
        return AttachPartition(table=self.table, of=self.of)


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
    """ALTER TABLE ADD CONSTRAINT. `index` is that of a key or an exclusion; with `using_index` it exists already and
    becomes the key's. `only`: of a partitioned table, not of its partitions."""

    table: Name
    constraint: Constraint
    index: Index | None = None
    using_index: bool = False
    only: bool = False

    def reverse(self) -> Change | None:
        """DROP CONSTRAINT."""
        return DropConstraint(table=self.table, constraint=self.constraint, index=self.index)


class DropConstraint(Value, tag_field="kind", tag="drop_constraint", frozen=True, kw_only=True):
    """ALTER TABLE DROP CONSTRAINT; `index` is that of a key or an exclusion."""

    table: Name
    constraint: Constraint
    index: Index | None = None

    def reverse(self) -> Change | None:
        """ADD CONSTRAINT."""
        return AddConstraint(table=self.table, constraint=self.constraint, index=self.index)


class AlterConstraint(Value, tag_field="kind", tag="alter_constraint", frozen=True, kw_only=True):
    """Deferrability, enforcement (18) and inheritance of a constraint, where the server can change them in place."""

    table: Name
    before: Constraint
    after: Constraint

    def reverse(self) -> Change | None:
        """The constraint as it was."""
        return AlterConstraint(table=self.table, before=self.after, after=self.before)


class ValidateConstraint(Value, tag_field="kind", tag="validate_constraint", frozen=True, kw_only=True):
    """ALTER TABLE VALIDATE CONSTRAINT. Nothing to undo: the constraint held before."""

    table: Name
    constraint: Constraint

    def reverse(self) -> Change | None:
        """None: validation has no inverse and needs none."""
        return None


class AddIndex(Value, tag_field="kind", tag="add_index", frozen=True, kw_only=True):
    """CREATE INDEX. `concurrently`: without blocking writers, outside a transaction. `only`: of a partitioned table,
    not of its partitions."""

    index: Index
    concurrently: bool = False
    only: bool = False

    def reverse(self) -> Change | None:
        """DROP INDEX."""
        return DropIndex(index=self.index, concurrently=self.concurrently)


class AttachIndex(Value, tag_field="kind", tag="attach_index", frozen=True, kw_only=True):
    """ALTER INDEX parent ATTACH PARTITION index. There is no way to detach one but to drop it."""

    parent: Name
    index: Name

    def reverse(self) -> Change | None:
        """None: dropping the index undoes it."""
        return None


class AlterIndex(Value, tag_field="kind", tag="alter_index", frozen=True, kw_only=True):
    """Storage parameters, statistics targets, CLUSTER mark and tablespace of an index."""

    before: Index
    after: Index

    def reverse(self) -> Change | None:
        """The settings as they were."""
        return AlterIndex(before=self.after, after=self.before)


class DropIndex(Value, tag_field="kind", tag="drop_index", frozen=True, kw_only=True):
    """DROP INDEX; `concurrently` outside a transaction alone."""

    index: Index
    concurrently: bool = False

    def reverse(self) -> Change | None:
        """CREATE INDEX."""
        return AddIndex(index=self.index, concurrently=self.concurrently)


class Reindex(Value, tag_field="kind", tag="reindex", frozen=True, kw_only=True):
    """REINDEX INDEX: rebuilds what a failed concurrent build left invalid."""

    index: Index
    concurrently: bool = False

    def reverse(self) -> Change | None:
        """None: there is nothing to undo."""
        return None


class Create(Value, tag_field="kind", tag="create", frozen=True, kw_only=True):
    """CREATE of an object that is no table and no part of a table's own structure; `on` is the relation of a trigger, a
    rule or a policy. Owner, privileges and comment are changes of their own; parts (the indexes of a materialised view)
    too."""

    object: SchemaObject
    on: Name | None = None

    def reverse(self) -> Change | None:
        """DROP."""
        return Drop(object=self.object, on=self.on)


class Drop(Value, tag_field="kind", tag="drop", frozen=True, kw_only=True):
    """DROP of such an object."""

    object: SchemaObject
    on: Name | None = None

    def reverse(self) -> Change | None:
        """CREATE."""
        return Create(object=self.object, on=self.on)


class Alter(Value, tag_field="kind", tag="alter", frozen=True, kw_only=True):
    """One such object into another of the same name, in place."""

    before: SchemaObject
    after: SchemaObject
    on: Name | None = None

    def reverse(self) -> Change | None:
        """The object as it was."""
        return Alter(before=self.after, after=self.before, on=self.on)


class Rename(Value, tag_field="kind", tag="rename", frozen=True, kw_only=True):
    """RENAME and SET SCHEMA of anything; `to` has the schema "" for a part of a table, whose new name it is."""

    at: ObjectRef
    to: Name

    def reverse(self) -> Change | None:
        """The name that it had."""
        if self.at.sub:
            back = ObjectRef(kind=self.at.kind, schema=self.at.schema, name=self.at.name, sub=self.to.name)
            return Rename(at=back, to=Name(schema="", name=self.at.sub))
        name, _, arguments = self.at.name.partition("(") if self.at.kind == "function" else (self.at.name, "", "")
        now = f"{self.to.name}({arguments}" if arguments else self.to.name
        back = ObjectRef(kind=self.at.kind, schema=self.to.schema, name=now)
        return Rename(at=back, to=Name(schema=self.at.schema, name=name))


class SetOwner(Value, tag_field="kind", tag="set_owner", frozen=True, kw_only=True):
    """ALTER ... OWNER TO."""

    at: ObjectRef
    before: str
    after: str

    def reverse(self) -> Change | None:
        """The owner before."""
        return SetOwner(at=self.at, before=self.after, after=self.before)


class SetGrants(Value, tag_field="kind", tag="set_grants", frozen=True, kw_only=True):
    """GRANT and REVOKE: from the privileges before to those after (see `Grant`), for an object of `owner` ("": whoever
    runs it). The owner itself is the grantee "". `perhaps`: what default privileges may have given a new object."""

    at: ObjectRef
    owner: str
    before: tuple[Grant, ...] = ()
    after: tuple[Grant, ...] = ()
    perhaps: tuple[Grant, ...] = ()

    def reverse(self) -> Change | None:
        """The privileges before."""
        return SetGrants(at=self.at, owner=self.owner, before=self.after, after=self.before)


class SetDefaultPrivileges(Value, tag_field="kind", tag="set_default_privileges", frozen=True, kw_only=True):
    """ALTER DEFAULT PRIVILEGES."""

    before: DefaultPrivilege
    after: DefaultPrivilege

    def reverse(self) -> Change | None:
        """The default privileges before."""
        return SetDefaultPrivileges(before=self.after, after=self.before)


class SetComment(Value, tag_field="kind", tag="set_comment", frozen=True, kw_only=True):
    """COMMENT ON."""

    at: ObjectRef
    before: str | None = None
    after: str | None = None

    def reverse(self) -> Change | None:
        """The comment before."""
        return SetComment(at=self.at, before=self.after, after=self.before)


class SetSetting(Value, tag_field="kind", tag="set_setting", frozen=True, kw_only=True):
    """ALTER DATABASE ... SET; None: RESET."""

    name: str
    before: str | None = None
    after: str | None = None

    def reverse(self) -> Change | None:
        """The setting before."""
        return SetSetting(name=self.name, before=self.after, after=self.before)


class RebuildType(Value, tag_field="kind", tag="rebuild_type", frozen=True, kw_only=True):
    """A type (or collation) made anew beside the old one, and `columns` converted to it, a domain's by a cast, others
    through text; columns that are inherited follow their parents, but for their defaults. A
    row whose value is no value of the new type makes it fail; nothing is lost. A default is set aside meanwhile;
    `columns_after` says which it gets then (none given: the same)."""

    before: UserType | Collation
    after: UserType | Collation
    columns: tuple[tuple[Name, Column], ...] = ()
    columns_after: tuple[tuple[Name, Column], ...] = ()
    inner: tuple[RebuildType, ...] = ()  # types made of this one, which are made anew before the old one goes

    def reverse(self) -> Change | None:
        """The type before."""
        return RebuildType(
            before=self.after,
            after=self.before,
            columns=self.columns_after or self.columns,
            columns_after=self.columns,
            inner=tuple(
                RebuildType(
                    before=one.after,
                    after=one.before,
                    columns=one.columns_after or one.columns,
                    columns_after=one.columns,
                    inner=one.inner,
                )
                for one in self.inner
            ),
        )


class SwapIdentity(Value, tag_field="kind", tag="swap_identity", frozen=True, kw_only=True):
    """A column that counts by a default over `sequence`, which it owns, counts as identity from then on, or the other
    way round; where it has come to is kept."""

    table: Name
    before: Column
    after: Column
    sequence: Sequence

    def reverse(self) -> Change | None:
        """The way that it counted before."""
        return SwapIdentity(table=self.table, before=self.after, after=self.before, sequence=self.sequence)


class Statements(Value, tag_field="kind", tag="statements", frozen=True, kw_only=True):
    """SQL that no other change says, with what takes it back (None: nothing does)."""

    sql: tuple[str, ...]
    undo: tuple[str, ...] | None = None

    def reverse(self) -> Change | None:
        """The statements that take it back."""
        return None if self.undo is None else Statements(sql=self.undo, undo=self.sql)


Change = (
    AddTable
    | DropTable
    | AlterTable
    | AttachPartition
    | DetachPartition
    | AddColumn
    | DropColumn
    | AlterColumn
    | AddConstraint
    | DropConstraint
    | AlterConstraint
    | ValidateConstraint
    | AddIndex
    | DropIndex
    | AlterIndex
    | AttachIndex
    | Reindex
    | Create
    | Drop
    | Alter
    | Rename
    | SetOwner
    | SetGrants
    | SetDefaultPrivileges
    | SetComment
    | SetSetting
    | RebuildType
    | SwapIdentity
    | Statements
)
