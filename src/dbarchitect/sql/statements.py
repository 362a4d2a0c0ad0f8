"""Statements as values: what a migration says, without the parser's tree.

A name has the schema "" where the text does not give one. Offsets (`at`) are bytes of the statement's UTF-8 text, -1
where the grammar keeps none. An `Expression` is kept as it was parsed; the questions about it are the functions of
`sql.expressions`. `sql.reading` makes these values.
"""

from __future__ import annotations

from typing import Any, Literal

from dbarchitect.model.names import Name
from dbarchitect.model.value import Value


class Expression(Value, frozen=True, kw_only=True):
    """An expression; only `sql` looks into `tree`."""

    tree: dict[str, Any]


class TypeName(Value, frozen=True, kw_only=True):
    """A type as written: `name` is the internal one ("int4", "varchar", "serial"), `modifiers` its whole numbers."""

    schema: str = ""
    name: str
    modifiers: tuple[int, ...] = ()
    arrays: int = 0

    @property
    def is_serial(self) -> bool:
        """Whether this is serial, bigserial or smallserial, which are no types."""
        return not self.schema and self.name in _SERIALS

    def __str__(self) -> str:
        shown = _SHOWN.get(self.name, self.name) if self.schema in ("", "pg_catalog") else f"{self.schema}.{self.name}"
        modifiers = f"({', '.join(map(str, self.modifiers))})" if self.modifiers else ""
        return shown + modifiers + "[]" * self.arrays


_SERIALS = frozenset(("serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"))
_SHOWN = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "bpchar": "char",
}

ConstraintKind = Literal["primary key", "unique", "exclude", "foreign key", "check", "not null"]
RelationKind = Literal["table", "index", "view", "materialized view", "sequence", "foreign table", "type"]


class ConstraintSpec(Value, frozen=True, kw_only=True):
    """A constraint as written. `columns` are those it is over (of a CHECK: those it names), the column itself where it
    stands with one. `target` and `target_columns` are of a foreign key."""

    kind: ConstraintKind
    name: str = ""
    columns: tuple[str, ...] = ()
    expression: Expression | None = None
    target: Name | None = None
    target_columns: tuple[str, ...] = ()
    on_delete: str = ""
    on_update: str = ""
    using_index: str = ""
    include: tuple[str, ...] = ()
    method: str = ""
    not_valid: bool = False
    enforced: bool = True
    deferrable: bool = False
    no_inherit: bool = False
    at: int = -1


class ColumnSpec(Value, frozen=True, kw_only=True):
    """A column as written. `generated`: "" none, "stored", "virtual"; `identity` as IDENTITY; `not_null` also where the
    column is of its own primary key."""

    name: str
    type: TypeName
    default: Expression | None = None
    generated: Literal["", "stored", "virtual"] = ""
    expression: Expression | None = None
    identity: bool = False
    collation: str = ""
    constraints: tuple[ConstraintSpec, ...] = ()
    at: int = -1

    @property
    def not_null(self) -> bool:
        """Whether NULL is refused, by NOT NULL, a primary key, IDENTITY or serial."""
        kinds = {one.kind for one in self.constraints}
        return bool(kinds & {"not null", "primary key"}) or self.identity or self.type.is_serial


# --- commands of ALTER TABLE ----------------------------------------------------------------------------------------


class AddColumn(Value, frozen=True, kw_only=True):
    """ADD COLUMN."""

    column: ColumnSpec
    if_not_exists: bool = False


class DropColumn(Value, frozen=True, kw_only=True):
    """DROP COLUMN."""

    name: str
    if_exists: bool = False
    cascade: bool = False


class SetType(Value, frozen=True, kw_only=True):
    """ALTER COLUMN TYPE."""

    name: str
    type: TypeName
    using: Expression | None = None
    collation: str = ""


class SetDefault(Value, frozen=True, kw_only=True):
    """ALTER COLUMN SET DEFAULT; None: DROP DEFAULT."""

    name: str
    default: Expression | None = None


class SetNotNull(Value, frozen=True, kw_only=True):
    """ALTER COLUMN SET NOT NULL."""

    name: str


class DropNotNull(Value, frozen=True, kw_only=True):
    """ALTER COLUMN DROP NOT NULL."""

    name: str


class SetExpression(Value, frozen=True, kw_only=True):
    """ALTER COLUMN SET EXPRESSION."""

    name: str


class DropExpression(Value, frozen=True, kw_only=True):
    """ALTER COLUMN DROP EXPRESSION."""

    name: str


class ChangeIdentity(Value, frozen=True, kw_only=True):
    """ALTER COLUMN ADD GENERATED ... AS IDENTITY, SET ..., DROP IDENTITY."""

    name: str
    how: Literal["add", "set", "drop"]


class SetColumnOption(Value, frozen=True, kw_only=True):
    """ALTER COLUMN SET STATISTICS, STORAGE, COMPRESSION, (options)."""

    name: str
    option: Literal["statistics", "storage", "compression", "options"]


class AddConstraint(Value, frozen=True, kw_only=True):
    """ADD CONSTRAINT."""

    constraint: ConstraintSpec


class DropConstraint(Value, frozen=True, kw_only=True):
    """DROP CONSTRAINT."""

    name: str
    if_exists: bool = False
    cascade: bool = False


class ValidateConstraint(Value, frozen=True, kw_only=True):
    """VALIDATE CONSTRAINT."""

    name: str


class AlterConstraint(Value, frozen=True, kw_only=True):
    """ALTER CONSTRAINT. `enforced`: None where it is not said."""

    name: str
    enforced: bool | None = None
    inherit: bool = False


class AttachPartition(Value, frozen=True, kw_only=True):
    """ATTACH PARTITION (of a table, or of an index)."""

    partition: Name
    bound: PartitionBound | None = None


class DetachPartition(Value, frozen=True, kw_only=True):
    """DETACH PARTITION."""

    partition: Name
    concurrently: bool = False
    finalize: bool = False


class ToggleTrigger(Value, frozen=True, kw_only=True):
    """ENABLE or DISABLE TRIGGER; `name` is "" for ALL and USER."""

    name: str
    enable: bool


class ToggleRule(Value, frozen=True, kw_only=True):
    """ENABLE or DISABLE RULE."""

    name: str
    enable: bool


class RowSecurity(Value, frozen=True, kw_only=True):
    """ENABLE, DISABLE, FORCE and NO FORCE ROW LEVEL SECURITY."""

    how: Literal["enable", "disable", "force", "no force"]


class SetLogged(Value, frozen=True, kw_only=True):
    """SET LOGGED, SET UNLOGGED."""

    logged: bool


class SetTablespace(Value, frozen=True, kw_only=True):
    """SET TABLESPACE."""

    tablespace: str


class SetAccessMethod(Value, frozen=True, kw_only=True):
    """SET ACCESS METHOD; "" is DEFAULT."""

    method: str


class SetOptions(Value, frozen=True, kw_only=True):
    """SET (...) and RESET (...) of storage parameters."""

    options: tuple[str, ...]


class ClusterOn(Value, frozen=True, kw_only=True):
    """CLUSTER ON and SET WITHOUT CLUSTER."""

    index: str


class ReplicaIdentity(Value, frozen=True, kw_only=True):
    """REPLICA IDENTITY."""

    how: Literal["default", "nothing", "full", "index"]


class OwnerTo(Value, frozen=True, kw_only=True):
    """OWNER TO."""

    owner: str


class ChangeInheritance(Value, frozen=True, kw_only=True):
    """INHERIT and NO INHERIT."""

    parent: Name
    inherit: bool


class OtherCommand(Value, frozen=True, kw_only=True):
    """Another command, by the grammar's word for it."""

    word: str


Command = (
    AddColumn
    | DropColumn
    | SetType
    | SetDefault
    | SetNotNull
    | DropNotNull
    | SetExpression
    | DropExpression
    | ChangeIdentity
    | SetColumnOption
    | AddConstraint
    | DropConstraint
    | ValidateConstraint
    | AlterConstraint
    | AttachPartition
    | DetachPartition
    | ToggleTrigger
    | ToggleRule
    | RowSecurity
    | SetLogged
    | SetTablespace
    | SetAccessMethod
    | SetOptions
    | ClusterOn
    | ReplicaIdentity
    | OwnerTo
    | ChangeInheritance
    | OtherCommand
)


class PartitionBound(Value, frozen=True, kw_only=True):
    """FOR VALUES ... or DEFAULT, as parsed."""

    default: bool = False
    tree: dict[str, Any] = {}


# --- statements -----------------------------------------------------------------------------------------------------


class AlterTable(Value, frozen=True, kw_only=True):
    """ALTER TABLE, INDEX, VIEW, SEQUENCE, MATERIALIZED VIEW, FOREIGN TABLE, TYPE with their commands."""

    table: Name
    kind: RelationKind
    commands: tuple[Command, ...]
    if_exists: bool = False
    only: bool = False


class CreateTable(Value, frozen=True, kw_only=True):
    """CREATE TABLE. `constraints` are those of the table; `likes` the tables it copies (with their options' bits)."""

    table: Name
    columns: tuple[ColumnSpec, ...] = ()
    constraints: tuple[ConstraintSpec, ...] = ()
    if_not_exists: bool = False
    temporary: bool = False
    unlogged: bool = False
    inherits: tuple[Name, ...] = ()
    partition_of: Name | None = None
    bound: PartitionBound | None = None
    partitioned: bool = False
    partition_columns: tuple[str, ...] = ()
    likes: tuple[tuple[Name, int], ...] = ()
    typed: bool = False
    foreign: bool = False


class CreateTableAs(Value, frozen=True, kw_only=True):
    """CREATE TABLE AS, CREATE MATERIALIZED VIEW, SELECT INTO."""

    table: Name
    materialized: bool = False
    with_data: bool = True
    if_not_exists: bool = False
    temporary: bool = False
    reads: tuple[Name, ...] = ()


class IndexPart(Value, frozen=True, kw_only=True):
    """A key of an index: a column or an expression."""

    column: str = ""
    expression: Expression | None = None
    opclass: str = ""
    collation: str = ""
    descending: bool = False


class CreateIndex(Value, frozen=True, kw_only=True):
    """CREATE INDEX. `only`: ON ONLY."""

    name: str
    table: Name
    keys: tuple[IndexPart, ...] = ()
    include: tuple[str, ...] = ()
    where: Expression | None = None
    method: str = "btree"
    unique: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    only: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The plain columns among the keys, in order; () where a key is an expression."""
        return tuple(key.column for key in self.keys) if all(key.column for key in self.keys) else ()


class Drop(Value, frozen=True, kw_only=True):
    """DROP of objects of one kind (as `ObjectRef.kind`, "materialized view", "foreign table", "procedure"...). For a
    trigger, rule or policy a name's schema is "" and `on` its table."""

    kind: str
    names: tuple[Name, ...]
    on: Name | None = None
    if_exists: bool = False
    cascade: bool = False
    concurrently: bool = False


class DropDatabase(Value, frozen=True, kw_only=True):
    """DROP DATABASE."""

    name: str


class Reindex(Value, frozen=True, kw_only=True):
    """REINDEX. `name` is None for SYSTEM and DATABASE without a name."""

    kind: Literal["index", "table", "schema", "database", "system"]
    name: Name | None
    concurrently: bool = False


class Rename(Value, frozen=True, kw_only=True):
    """ALTER ... RENAME. `kind`: table, view, index, sequence, column, constraint, schema, type, domain, policy, trigger
    or function; `sub` is the part renamed."""

    kind: str
    name: Name
    sub: str = ""
    new: str


class SetSchema(Value, frozen=True, kw_only=True):
    """ALTER ... SET SCHEMA."""

    kind: str
    name: Name
    new: str


class CreateView(Value, frozen=True, kw_only=True):
    """CREATE VIEW. `columns`: names of the output where all of them are plain, else ()."""

    name: Name
    replace: bool = False
    temporary: bool = False
    columns: tuple[str, ...] = ()
    reads: tuple[Name, ...] = ()


class RefreshView(Value, frozen=True, kw_only=True):
    """REFRESH MATERIALIZED VIEW."""

    name: Name
    concurrently: bool = False
    with_data: bool = True


class CreateEnum(Value, frozen=True, kw_only=True):
    """CREATE TYPE ... AS ENUM."""

    name: Name
    labels: tuple[str, ...] = ()


class AddEnumValue(Value, frozen=True, kw_only=True):
    """ALTER TYPE ... ADD VALUE; `placed` with BEFORE or AFTER."""

    type: Name
    value: str
    placed: bool = False
    if_not_exists: bool = False


class RenameEnumValue(Value, frozen=True, kw_only=True):
    """ALTER TYPE ... RENAME VALUE."""

    type: Name
    old: str
    new: str


class CreateDomain(Value, frozen=True, kw_only=True):
    """CREATE DOMAIN."""

    name: Name
    type: TypeName
    constraints: tuple[ConstraintSpec, ...] = ()
    default: Expression | None = None


class AlterDomain(Value, frozen=True, kw_only=True):
    """ALTER DOMAIN."""

    name: Name
    how: Literal["add constraint", "drop constraint", "validate", "set not null", "drop not null", "default"]
    constraint: ConstraintSpec | None = None
    constraint_name: str = ""


class CreateType(Value, frozen=True, kw_only=True):
    """CREATE TYPE of another kind: composite, range, base, shell."""

    name: Name
    kind: Literal["composite", "range", "base"]
    columns: tuple[ColumnSpec, ...] = ()


class CreateFunction(Value, frozen=True, kw_only=True):
    """CREATE FUNCTION or PROCEDURE. `body` is the text of it ("" for SQL-standard bodies); `volatility` as said."""

    name: Name
    replace: bool = False
    procedure: bool = False
    language: str = ""
    body: str = ""
    volatility: Literal["immutable", "stable", "volatile"] = "volatile"
    arguments: tuple[str, ...] = ()
    returns: str = ""


class CreateTrigger(Value, frozen=True, kw_only=True):
    """CREATE TRIGGER."""

    name: str
    table: Name
    replace: bool = False
    constraint: bool = False
    references: Name | None = None


class CreatePolicy(Value, frozen=True, kw_only=True):
    """CREATE or ALTER POLICY."""

    name: str
    table: Name
    alter: bool = False


class CreateRule(Value, frozen=True, kw_only=True):
    """CREATE RULE."""

    name: str
    table: Name


class CreateSequence(Value, frozen=True, kw_only=True):
    """CREATE SEQUENCE; `owned_by` (table, column)."""

    name: Name
    if_not_exists: bool = False
    owned_by: tuple[Name, str] | None = None


class AlterSequence(Value, frozen=True, kw_only=True):
    """ALTER SEQUENCE; `owned_by` where it says so."""

    name: Name
    owned_by: tuple[Name, str] | None = None


class CreateSchema(Value, frozen=True, kw_only=True):
    """CREATE SCHEMA."""

    name: str
    if_not_exists: bool = False


class CreateExtension(Value, frozen=True, kw_only=True):
    """CREATE or ALTER EXTENSION."""

    name: str
    alter: bool = False


class CreateStatistics(Value, frozen=True, kw_only=True):
    """CREATE STATISTICS."""

    name: Name
    table: Name | None = None


class ChangePublication(Value, frozen=True, kw_only=True):
    """CREATE or ALTER PUBLICATION with the tables that it names."""

    name: str
    create: bool = False
    drop: bool = False
    all_tables: bool = False
    tables: tuple[Name, ...] = ()


class ChangeGrant(Value, frozen=True, kw_only=True):
    """GRANT, REVOKE and ALTER DEFAULT PRIVILEGES (`default`). `tables` where they are on relations."""

    revoke: bool = False
    default: bool = False
    tables: tuple[Name, ...] = ()
    what: str = ""
    grantees: tuple[str, ...] = ()


class ChangeOwner(Value, frozen=True, kw_only=True):
    """ALTER ... OWNER TO of what is no relation."""

    kind: str
    name: Name
    owner: str


class CommentOn(Value, frozen=True, kw_only=True):
    """COMMENT ON. `name` is the relation of a table, column, constraint, index, trigger..., where it is one."""

    kind: str
    name: Name
    sub: str = ""


class Truncate(Value, frozen=True, kw_only=True):
    """TRUNCATE."""

    tables: tuple[Name, ...]
    cascade: bool = False


class LockTables(Value, frozen=True, kw_only=True):
    """LOCK TABLE; `mode` from 1 (ACCESS SHARE) to 8."""

    tables: tuple[Name, ...]
    mode: int = 8


class Vacuum(Value, frozen=True, kw_only=True):
    """VACUUM and ANALYZE."""

    tables: tuple[Name, ...] = ()
    full: bool = False
    analyze_only: bool = False


class Cluster(Value, frozen=True, kw_only=True):
    """CLUSTER."""

    table: Name | None = None


class Update(Value, frozen=True, kw_only=True):
    """UPDATE. `where`: None without one; `reads`: other tables; `limited`: bound by a sub-query with LIMIT."""

    table: Name
    columns: tuple[str, ...] = ()
    where: Expression | None = None
    reads: tuple[Name, ...] = ()
    limited: bool = False


class Delete(Value, frozen=True, kw_only=True):
    """DELETE."""

    table: Name
    where: Expression | None = None
    reads: tuple[Name, ...] = ()
    limited: bool = False


class Insert(Value, frozen=True, kw_only=True):
    """INSERT. `rows`: how many VALUES has; 0 with a query over `reads`."""

    table: Name
    rows: int = 0
    reads: tuple[Name, ...] = ()
    texts: tuple[str, ...] = ()


class Merge(Value, frozen=True, kw_only=True):
    """MERGE."""

    table: Name
    reads: tuple[Name, ...] = ()


class Copy(Value, frozen=True, kw_only=True):
    """COPY ... FROM (`into`) or TO."""

    table: Name | None = None
    into: bool = False


class Select(Value, frozen=True, kw_only=True):
    """SELECT, VALUES, CALL. `settings`: names that set_config sets in it, with their values."""

    reads: tuple[Name, ...] = ()
    functions: tuple[Name, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


class Transaction(Value, frozen=True, kw_only=True):
    """BEGIN, COMMIT, ROLLBACK; savepoints are `other`. `chain`: AND CHAIN."""

    kind: Literal["begin", "commit", "rollback", "other"]
    chain: bool = False


class SetVariable(Value, frozen=True, kw_only=True):
    """SET and RESET (`value` None; name "" for ALL); `local`: SET LOCAL."""

    name: str
    value: str | None = None
    local: bool = False
    values: tuple[str, ...] = ()


class Do(Value, frozen=True, kw_only=True):
    """DO."""

    body: str
    language: str = "plpgsql"


class Other(Value, frozen=True, kw_only=True):
    """Any other statement, by the grammar's word for it."""

    word: str


Action = (
    AlterTable
    | CreateTable
    | CreateTableAs
    | CreateIndex
    | Drop
    | DropDatabase
    | Reindex
    | Rename
    | SetSchema
    | CreateView
    | RefreshView
    | CreateEnum
    | AddEnumValue
    | RenameEnumValue
    | CreateDomain
    | AlterDomain
    | CreateType
    | CreateFunction
    | CreateTrigger
    | CreatePolicy
    | CreateRule
    | CreateSequence
    | AlterSequence
    | CreateSchema
    | CreateExtension
    | CreateStatistics
    | ChangePublication
    | ChangeGrant
    | ChangeOwner
    | CommentOn
    | Truncate
    | LockTables
    | Vacuum
    | Cluster
    | Update
    | Delete
    | Insert
    | Merge
    | Copy
    | Select
    | Transaction
    | SetVariable
    | Do
    | Other
)
