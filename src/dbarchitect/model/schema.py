"""A relational schema as PostgreSQL's catalogue has it: every object kind, with nothing squeezed.

`Relational` holds structure alone and compares by value, so that a difference of two is a
difference of two databases. What a live server also knows (sizes, counters, column statistics) is in
`facts.py` and hangs on `Relational.facts`, where a comparison can leave it out.

Expressions, predicates and definitions are kept as the server prints them (`pg_get_expr`, `pg_get_viewdef`,
...), fully schema-qualified: the catalogue is read with an empty `search_path`.
"""

from __future__ import annotations

from typing import Literal

from .facts import Facts
from .names import Name, ObjectRef
from .value import Value

Persistence = Literal["permanent", "unlogged", "temporary"]
Action = Literal["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]


class Grant(Value, frozen=True, kw_only=True):
    """Privileges of one grantee on one object. `grantee` is "PUBLIC" for everyone; `column` only for column grants.

    An object without grants has the defaults of its kind (all to its owner; to PUBLIC: EXECUTE on functions, USAGE
    on types). One with grants has these and no others, the owner's own included; a list of one grant without
    privileges says that nobody, not even the owner, has any.
    """

    grantee: str
    grantor: str = ""
    privileges: tuple[str, ...] = ()
    grantable: tuple[str, ...] = ()
    column: str = ""


class Type(Value, frozen=True, kw_only=True):
    """A column's or argument's type.

    `sql` is what `format_type` prints ("character varying(20)[]"); `schema`/`name` name the `pg_type` row
    ("pg_catalog"."varchar"; arrays carry their element's name in `element`). `base` is the type's name under
    all domains ("int4" for a domain over integer). `category` is `pg_type.typcategory`.
    """

    sql: str
    schema: str = "pg_catalog"
    name: str
    base: str = ""
    modifier: int = -1
    category: str = ""
    kind: Literal["base", "composite", "domain", "enum", "pseudo", "range", "multirange"] = "base"
    element: str = ""
    length: int = -1

    @property
    def is_array(self) -> bool:
        """Whether this is a true array type."""
        return bool(self.element)


class IdentityOptions(Value, frozen=True, kw_only=True):
    """GENERATED ... AS IDENTITY. `sequence` names its sequence, whose options stand here too, so that a column is
    complete by itself; None is what the column's type gives."""

    always: bool
    sequence: Name
    start: int | None = None
    increment: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    cache: int | None = None
    cycle: bool = False


class Generated(Value, frozen=True, kw_only=True):
    """GENERATED ALWAYS AS (expression) STORED or, from PostgreSQL 18, VIRTUAL."""

    expression: str
    stored: bool = True


class Column(Value, frozen=True, kw_only=True):
    """A column. `position` is `attnum`; `not_null` says what the table enforces (see `NotNull` for the constraint)."""

    name: str
    position: int
    type: Type
    not_null: bool = False
    default: str | None = None
    identity: IdentityOptions | None = None
    generated: Generated | None = None
    collation: Name | None = None  # only where it is not the type's own
    storage: str | None = None  # only where it is not the type's own: PLAIN, EXTERNAL, EXTENDED, MAIN
    compression: str | None = None
    statistics_target: int | None = None
    options: dict[str, str] = {}
    foreign_options: dict[str, str] = {}
    inherited: bool = False  # exists only because a parent has it
    comment: str | None = None


class _Constraint(Value, frozen=True, kw_only=True):
    name: str
    columns: tuple[str, ...] = ()
    definition: str = ""  # pg_get_constraintdef
    deferrable: bool = False
    initially_deferred: bool = False
    validated: bool = True
    enforced: bool = True
    no_inherit: bool = False
    inherited: bool = False  # exists only because a parent has it
    comment: str | None = None


class PrimaryKey(_Constraint, tag_field="kind", tag="primary_key", frozen=True, kw_only=True):
    """PRIMARY KEY. `index` is the name of its index, in the table's schema."""

    index: str = ""
    include: tuple[str, ...] = ()
    without_overlaps: bool = False


class Unique(_Constraint, tag_field="kind", tag="unique", frozen=True, kw_only=True):
    """UNIQUE. `index` is the name of its index, in the table's schema."""

    index: str = ""
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    without_overlaps: bool = False


class ForeignKey(_Constraint, tag_field="kind", tag="foreign_key", frozen=True, kw_only=True):
    """FOREIGN KEY. `set_columns` are the columns of ON DELETE SET NULL (a, b), if given."""

    target: Name
    target_columns: tuple[str, ...]
    target_index: str = ""
    on_update: Action = "NO ACTION"
    on_delete: Action = "NO ACTION"
    set_columns: tuple[str, ...] = ()
    match: Literal["SIMPLE", "FULL", "PARTIAL"] = "SIMPLE"
    period: bool = False


class Check(_Constraint, tag_field="kind", tag="check", frozen=True, kw_only=True):
    """CHECK (expression)."""

    expression: str


class Exclude(_Constraint, tag_field="kind", tag="exclude", frozen=True, kw_only=True):
    """EXCLUDE. `operators` pair with the keys of the index named `index`."""

    index: str = ""
    operators: tuple[str, ...] = ()


class NotNull(_Constraint, tag_field="kind", tag="not_null", frozen=True, kw_only=True):
    """NOT NULL as PostgreSQL 18 keeps it: named, perhaps NOT VALID, perhaps NO INHERIT. Older servers have none."""


class ConstraintTrigger(_Constraint, tag_field="kind", tag="constraint_trigger", frozen=True, kw_only=True):
    """The constraint behind CREATE CONSTRAINT TRIGGER; the trigger itself is in `Table.triggers`."""


Constraint = PrimaryKey | Unique | ForeignKey | Check | Exclude | NotNull | ConstraintTrigger


class IndexKey(Value, frozen=True, kw_only=True):
    """One key of an index: a column or an expression, with how it is compared and sorted."""

    column: str | None = None
    expression: str | None = None
    opclass: Name | None = None
    opclass_default: bool = True
    opclass_options: dict[str, str] = {}
    collation: Name | None = None  # only where it is not the column's own
    descending: bool = False
    nulls_first: bool = False

    @property
    def text(self) -> str:
        """The column's name or the expression."""
        return self.column if self.column is not None else self.expression or ""


class Index(Value, frozen=True, kw_only=True):
    """An index. `constraint` names the constraint it serves; `parent` the partitioned index it belongs to."""

    name: Name
    table: Name
    method: str = "btree"
    keys: tuple[IndexKey, ...] = ()
    include: tuple[str, ...] = ()
    predicate: str | None = None
    unique: bool = False
    nulls_not_distinct: bool = False
    valid: bool = True
    ready: bool = True
    clustered: bool = False
    replica_identity: bool = False
    constraint: str | None = None
    parent: Name | None = None
    options: dict[str, str] = {}
    tablespace: str = ""
    definition: str = ""  # pg_get_indexdef
    statistics_targets: dict[str, int] = {}
    comment: str | None = None


class Trigger(Value, tag_field="object", tag="trigger", frozen=True, kw_only=True):
    """A trigger; `definition` is pg_get_triggerdef. `enabled`: origin, disabled, replica or always."""

    name: str
    function: str  # schema.name(identity arguments)
    definition: str
    timing: Literal["BEFORE", "AFTER", "INSTEAD OF"] = "AFTER"
    events: tuple[str, ...] = ()  # INSERT, UPDATE, DELETE, TRUNCATE
    columns: tuple[str, ...] = ()
    for_each_row: bool = True
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"
    constraint: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    inherited: bool = False  # cloned from the partitioned parent
    comment: str | None = None


class Rule(Value, tag_field="object", tag="rule", frozen=True, kw_only=True):
    """A rewrite rule other than a view's own `_RETURN`; `definition` is pg_get_ruledef."""

    name: str
    definition: str
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"
    comment: str | None = None


class Policy(Value, tag_field="object", tag="policy", frozen=True, kw_only=True):
    """A row-level security policy."""

    name: str
    command: Literal["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"] = "ALL"
    permissive: bool = True
    roles: tuple[str, ...] = ("PUBLIC",)
    using: str | None = None
    check: str | None = None
    comment: str | None = None


class PartitionKey(Value, frozen=True, kw_only=True):
    """How a partitioned table divides: strategy and its definition as `pg_get_partkeydef` prints it."""

    strategy: Literal["range", "list", "hash"]
    definition: str
    columns: tuple[str, ...] = ()  # plain columns; expressions only in `definition`


class PartitionOf(Value, frozen=True, kw_only=True):
    """What a partition is of: its parent and its bound ("FOR VALUES ..." or "DEFAULT")."""

    parent: Name
    bound: str


class SqliteTable(Value, frozen=True, kw_only=True):
    """What an SQLite table has and PostgreSQL's have not.

    rowid_alias    the column that is the rowid by another name: INTEGER PRIMARY KEY
    autoincrement  its numbers are never given twice
    module         of a virtual table, with its arguments; `shadows`: the tables in which it keeps its data
    sql            its CREATE TABLE as the catalogue keeps it
    """

    strict: bool = False
    without_rowid: bool = False
    rowid_alias: str = ""
    autoincrement: bool = False
    module: str = ""
    arguments: tuple[str, ...] = ()
    shadows: tuple[str, ...] = ()
    sql: str = ""


class Table(Value, frozen=True, kw_only=True):
    """A table of any kind: ordinary, partitioned or foreign; perhaps itself a partition or an inheriting child.

    `virtual` tables are SQLite's, and `sqlite` is what only its tables have; None on other engines.
    """

    name: Name
    kind: Literal["ordinary", "partitioned", "foreign", "virtual"] = "ordinary"
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[Rule, ...] = ()
    policies: tuple[Policy, ...] = ()
    partition_key: PartitionKey | None = None
    partition_of: PartitionOf | None = None
    inherits: tuple[Name, ...] = ()
    of_type: Name | None = None
    persistence: Persistence = "permanent"
    access_method: str = "heap"
    options: dict[str, str] = {}
    toast_options: dict[str, str] = {}
    tablespace: str = ""
    foreign_server: str = ""
    foreign_options: dict[str, str] = {}
    replica_identity: Literal["default", "nothing", "full", "index"] = "default"
    row_security: bool = False
    row_security_forced: bool = False
    owner: str = ""
    grants: tuple[Grant, ...] = ()
    comment: str | None = None
    sqlite: SqliteTable | None = None

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def primary_key(self) -> PrimaryKey | None:
        """The PRIMARY KEY, or None."""
        return next((c for c in self.constraints if isinstance(c, PrimaryKey)), None)

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """The FOREIGN KEYs that leave this table."""
        return tuple(c for c in self.constraints if isinstance(c, ForeignKey))

    @property
    def ref(self) -> ObjectRef:
        """Where a finding about this table points."""
        return ObjectRef(kind="table", schema=self.name.schema, name=self.name.name)


class View(Value, tag_field="object", tag="view", frozen=True, kw_only=True):
    """A view or a materialised view."""

    name: Name
    materialized: bool = False
    definition: str = ""
    columns: tuple[Column, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[Rule, ...] = ()
    options: dict[str, str] = {}  # security_barrier, security_invoker, check_option; storage options if materialised
    populated: bool = True
    access_method: str = ""
    tablespace: str = ""
    owner: str = ""
    grants: tuple[Grant, ...] = ()
    comment: str | None = None


class Function(Value, tag_field="object", tag="function", frozen=True, kw_only=True):
    """A function, procedure, aggregate or window function. `identity` (argument types) tells overloads apart."""

    name: Name
    identity: str = ""  # pg_get_function_identity_arguments
    inputs: str = ""  # the types of the arguments that tell overloads apart, as DROP FUNCTION wants them
    kind: Literal["function", "procedure", "aggregate", "window"] = "function"
    arguments: str = ""  # pg_get_function_arguments, with defaults
    returns: str = ""
    language: str = ""
    volatility: Literal["immutable", "stable", "volatile"] = "volatile"
    parallel: Literal["unsafe", "restricted", "safe"] = "unsafe"
    strict: bool = False
    security_definer: bool = False
    leakproof: bool = False
    cost: float = 100
    rows: float = 0
    support: str = ""
    settings: tuple[str, ...] = ()  # SET clauses, "name=value"
    body: str = ""  # prosrc, or the SQL-standard body
    definition: str = ""  # pg_get_functiondef; for an aggregate, its CREATE AGGREGATE
    owner: str = ""
    grants: tuple[Grant, ...] = ()
    comment: str | None = None


class EventTrigger(Value, tag_field="object", tag="event trigger", frozen=True, kw_only=True):
    """An event trigger."""

    name: str
    event: str
    function: str
    tags: tuple[str, ...] = ()
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"
    owner: str = ""
    comment: str | None = None


class _UserType(Value, frozen=True, kw_only=True):
    name: Name
    owner: str = ""
    grants: tuple[Grant, ...] = ()
    comment: str | None = None


class EnumType(_UserType, tag_field="object", tag="enum", frozen=True, kw_only=True):
    """CREATE TYPE ... AS ENUM; labels in their sort order."""

    labels: tuple[str, ...] = ()


class DomainType(_UserType, tag_field="object", tag="domain", frozen=True, kw_only=True):
    """CREATE DOMAIN over `type`."""

    type: Type
    not_null: bool = False
    default: str | None = None
    collation: Name | None = None
    constraints: tuple[Check | NotNull, ...] = ()


class CompositeType(_UserType, tag_field="object", tag="composite", frozen=True, kw_only=True):
    """CREATE TYPE ... AS (attributes)."""

    attributes: tuple[Column, ...] = ()


class RangeType(_UserType, tag_field="object", tag="range", frozen=True, kw_only=True):
    """CREATE TYPE ... AS RANGE."""

    subtype: Type
    opclass: Name | None = None
    collation: Name | None = None
    canonical: str = ""
    subtype_diff: str = ""
    multirange: Name | None = None


class BaseType(_UserType, tag_field="object", tag="base", frozen=True, kw_only=True):
    """A type with its own C input and output functions: named, not modelled further."""


UserType = EnumType | DomainType | CompositeType | RangeType | BaseType


class Sequence(Value, tag_field="object", tag="sequence", frozen=True, kw_only=True):
    """A sequence. `owned_by` is (table, column); `internal` marks the sequence of an identity column."""

    name: Name
    type: str = "bigint"
    start: int = 1
    increment: int = 1
    minimum: int = 1
    maximum: int = 2**63 - 1
    cache: int = 1
    cycle: bool = False
    owned_by: tuple[Name, str] | None = None
    internal: bool = False
    persistence: Persistence = "permanent"
    owner: str = ""
    grants: tuple[Grant, ...] = ()
    comment: str | None = None


class Extension(Value, tag_field="object", tag="extension", frozen=True, kw_only=True):
    """An installed extension. Its member objects are not in the model."""

    name: str
    version: str = ""
    schema: str = ""
    comment: str | None = None


class Collation(Value, tag_field="object", tag="collation", frozen=True, kw_only=True):
    """CREATE COLLATION."""

    name: Name
    provider: Literal["default", "builtin", "icu", "libc"] = "libc"
    locale: str = ""
    ctype: str = ""
    deterministic: bool = True
    rules: str = ""
    version: str = ""
    encoding: int = -1
    owner: str = ""
    comment: str | None = None


class ExtendedStatistics(Value, tag_field="object", tag="statistics", frozen=True, kw_only=True):
    """CREATE STATISTICS."""

    name: Name
    table: Name
    kinds: tuple[str, ...] = ()  # ndistinct, dependencies, mcv
    columns: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    target: int | None = None
    definition: str = ""
    owner: str = ""
    comment: str | None = None


class PublicationTable(Value, frozen=True, kw_only=True):
    """One table of a publication."""

    table: Name
    columns: tuple[str, ...] = ()  # empty: all
    where: str = ""


class Publication(Value, tag_field="object", tag="publication", frozen=True, kw_only=True):
    """CREATE PUBLICATION."""

    name: str
    all_tables: bool = False
    tables: tuple[PublicationTable, ...] = ()
    schemas: tuple[str, ...] = ()
    operations: tuple[str, ...] = ("insert", "update", "delete", "truncate")
    via_root: bool = False
    generated_columns: str = ""
    owner: str = ""
    comment: str | None = None


class Subscription(Value, tag_field="object", tag="subscription", frozen=True, kw_only=True):
    """CREATE SUBSCRIPTION, as far as anyone may read it (the connection string is not)."""

    name: str
    enabled: bool = True
    publications: tuple[str, ...] = ()
    owner: str = ""
    comment: str | None = None


class ForeignServer(Value, tag_field="object", tag="foreign server", frozen=True, kw_only=True):
    """CREATE SERVER."""

    name: str
    wrapper: str
    type: str = ""
    version: str = ""
    options: dict[str, str] = {}
    owner: str = ""
    grants: tuple[Grant, ...] = ()
    comment: str | None = None


class DefaultPrivilege(Value, tag_field="object", tag="default privilege", frozen=True, kw_only=True):
    """ALTER DEFAULT PRIVILEGES: for objects that `role` will make in `schema` ("" for every schema)."""

    role: str
    schema: str = ""
    objects: Literal["tables", "sequences", "functions", "types", "schemas", "large objects"] = "tables"
    grants: tuple[Grant, ...] = ()


class Namespace(Value, tag_field="object", tag="schema", frozen=True, kw_only=True):
    """CREATE SCHEMA."""

    name: str
    owner: str = ""
    grants: tuple[Grant, ...] = ()
    comment: str | None = None


SchemaObject = (
    Namespace
    | Extension
    | UserType
    | Collation
    | Sequence
    | View
    | Function
    | Trigger
    | Rule
    | Policy
    | EventTrigger
    | ExtendedStatistics
    | Publication
    | Subscription
    | ForeignServer
)


class Dependency(Value, frozen=True, kw_only=True):
    """`of` needs `on`: it must be made after it and dropped before it. `on.sub` names a column where one is meant."""

    of: ObjectRef
    on: ObjectRef


class Unmodelled(Value, frozen=True, kw_only=True):
    """An object that exists and that this model does not carry (a cast, an operator, a text search configuration):
    kept by name so that a comparison can refuse it instead of losing it."""

    ref: ObjectRef


class Relational(Value, tag_field="kind", tag="relational", frozen=True, kw_only=True):
    """A whole relational schema. Tuples are sorted by name, so equal databases compare equal.

    Of SQLite and its dialects names have no schema (""), a `Type` has the declared text as its name and its affinity
    in lower case as its base, a constraint without a name has the one that PostgreSQL would give it, and `settings` are
    the pragmas that the file keeps.
    """

    engine: str = "postgresql"
    version: int = 180000  # server_version_num
    version_text: str = ""
    database: str = ""
    encoding: str = "UTF8"
    collation: str = ""  # the database's datcollate or locale
    ctype: str = ""
    locale_provider: Literal["libc", "icu", "builtin"] = "libc"
    owner: str = ""
    settings: dict[str, str] = {}  # ALTER DATABASE ... SET
    schemas: tuple[Namespace, ...] = ()
    extensions: tuple[Extension, ...] = ()
    types: tuple[UserType, ...] = ()
    collations: tuple[Collation, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    tables: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    functions: tuple[Function, ...] = ()
    event_triggers: tuple[EventTrigger, ...] = ()
    statistics: tuple[ExtendedStatistics, ...] = ()
    publications: tuple[Publication, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    foreign_servers: tuple[ForeignServer, ...] = ()
    default_privileges: tuple[DefaultPrivilege, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    unmodelled: tuple[Unmodelled, ...] = ()
    unreadable: tuple[str, ...] = ()  # parts of the catalogue this role may not read, in words
    facts: Facts | None = None

    @property
    def family(self) -> Literal["postgresql", "sqlite"]:
        """The engine, or the one that it is a dialect of: libSQL and Turso are SQLite's."""
        return "sqlite" if self.engine in ("sqlite", "libsql", "turso") else "postgresql"

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.version // 10000

    def table(self, name: Name) -> Table | None:
        """The table of that name, or None."""
        return next((t for t in self.tables if t.name == name), None)
