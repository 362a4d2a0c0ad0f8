"""A picture of the schema that a migration meets: light, unchanging values, as much as is known and no more.

It begins with a catalogue (`from_schema`) or with nothing (`Picture()`), and `follow` gives the picture after each
statement. Where the catalogue was never seen (`complete` is False) a table that nobody mentioned is assumed to exist,
with rows and with anything on it; of such a table only that is known which the statements said. `fresh` are tables that
the migration itself makes: they are empty until it fills them, and nobody else uses them yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec.structs import replace

from dbarchitect.model.names import Name
from dbarchitect.model.schema import (
    Check,
    Constraint,
    DomainType,
    EnumType,
    Exclude,
    ForeignKey,
    NotNull,
    PrimaryKey,
    Relational,
    Table,
    Unique,
    View,
)
from dbarchitect.model.schema import Column as CatalogueColumn
from dbarchitect.model.schema import Index as CatalogueIndex
from dbarchitect.model.value import Value
from dbarchitect.sql import expressions
from dbarchitect.sql.statements import ConstraintKind, Expression, PartitionBound, TypeName

Kind = Literal["table", "partitioned", "foreign", "view", "materialized view", "sequence"]


class Column(Value, frozen=True, kw_only=True):
    """A column; None where it is not known. `fresh`: this migration added it."""

    type: TypeName | None = None
    not_null: bool | None = None
    has_default: bool | None = None
    collation: str = ""
    generated: Literal["", "stored", "virtual"] = ""
    identity: bool = False
    fresh: bool = False


class Constrained(Value, frozen=True, kw_only=True):
    """A constraint. `index` serves it; `since` is the number of the transaction that added it, -1: before."""

    kind: ConstraintKind
    columns: tuple[str, ...] = ()
    expression: Expression | None = None
    target: Name | None = None
    target_columns: tuple[str, ...] = ()
    index: str = ""
    validated: bool = True
    enforced: bool = True
    inherited: bool = False
    since: int = -1


class Indexed(Value, frozen=True, kw_only=True):
    """An index. `keys` are its plain key columns in order, "" for an expression; `collated` those that name a collation
    of their own; `mentions` all columns it names."""

    keys: tuple[str, ...] = ()
    collated: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    unique: bool = False
    partial: bool = False
    plain: bool = True  # no expression and no predicate
    method: str = "btree"
    constraint: str = ""
    valid: bool = True
    parent: Name | None = None
    signature: str = ""  # equal for indexes that differ in name and table alone
    fresh: bool = False


class Relation(Value, frozen=True, kw_only=True):
    """A table or what is used like one.

    known   all of its columns, constraints and indexes are here
    fresh   made by this migration, and `filled` if it also put rows in
    gone    columns that were dropped or renamed away
    bytes   of the heap, `total_bytes` with indexes and TOAST; None where no facts are at hand
    """

    name: Name
    kind: Kind = "table"
    columns: dict[str, Column] = {}
    constraints: dict[str, Constrained] = {}
    indexes: dict[str, Indexed] = {}
    parents: tuple[Name, ...] = ()
    bound: PartitionBound | None = None
    partition_columns: tuple[str, ...] = ()
    known: bool = False
    fresh: bool = False
    filled: bool = False
    gone: frozenset[str] = frozenset()
    row_security: bool | None = None
    policies: frozenset[str] = frozenset()
    triggers: frozenset[str] = frozenset()
    reads: tuple[Name, ...] = ()  # of a view
    outputs: tuple[str, ...] = ()  # columns of a view in order, () where they are not known
    persistence: str = ""
    access_method: str = ""
    rows: float | None = None
    bytes: int | None = None
    total_bytes: int | None = None

    @property
    def is_partition(self) -> bool:
        """Whether it is a partition of another table."""
        return self.bound is not None

    @property
    def empty(self) -> bool:
        """Whether it has no rows, for certain enough: made here, or seen empty."""
        return self.new or (self.rows == 0 and not self.bytes)

    @property
    def new(self) -> bool:
        """Whether this migration made it, and has put no rows in."""
        return self.fresh and not self.filled

    def primary_key(self) -> Constrained | None:
        """Its primary key, if it is known to have one."""
        return next((one for one in self.constraints.values() if one.kind == "primary key"), None)

    def proves_not_null(self, column: str) -> bool:
        """Whether a valid constraint says that `column` has a value in every row."""
        found = self.columns.get(column)
        if found and found.not_null and not self.unvalidated_not_null(column):
            return True
        return any(
            one.kind == "check"
            and one.validated
            and one.enforced
            and one.expression is not None
            and expressions.requires(one.expression, column)
            for one in self.constraints.values()
        )

    def unvalidated_not_null(self, column: str) -> str:
        """The name of a NOT NULL ... NOT VALID on `column` (PostgreSQL 18), "" without one."""
        return next(
            (
                name
                for name, one in self.constraints.items()
                if one.kind == "not null" and column in one.columns and not one.validated
            ),
            "",
        )


class Domain(Value, frozen=True, kw_only=True):
    """A domain: its base type and whether it constrains."""

    type: TypeName
    constraints: dict[str, bool] = {}  # to whether they are valid
    not_null: bool = False

    @property
    def constrained(self) -> bool:
        """Whether a value must be checked."""
        return self.not_null or bool(self.constraints)


class Picture(Value, frozen=True, kw_only=True):
    """The schema as far as it is known.

    complete      it began with a whole catalogue: what is not in it does not exist
    enums         labels of enum types; `added` those that came in with this transaction
    functions     volatility by name, of overloads the worst
    bodies        text of function bodies by signature, to be searched for names
    publications  tables by publication; None: all tables
    heirs, users  by table those that may be its partitions or heirs, and those that may have foreign keys to it: what
                  spares a search through all relations (a name may stay that no longer is one)
    made          what this migration made
    time_zone     what TimeZone is set to in this session, "" where it is not known
    transaction   the number of the transaction that runs
    """

    relations: dict[Name, Relation] = {}
    index_tables: dict[Name, Name] = {}
    domains: dict[Name, Domain] = {}
    enums: dict[Name, tuple[str, ...]] = {}
    added: frozenset[tuple[Name, str]] = frozenset()
    functions: dict[Name, str] = {}
    bodies: dict[str, str] = {}
    returns: dict[str, str] = {}
    publications: dict[str, tuple[Name, ...] | None] = {}
    extensions: frozenset[str] = frozenset()
    gone: frozenset[Name] = frozenset()
    path: tuple[str, ...] = ("public",)
    heirs: dict[Name, frozenset[Name]] = {}
    users: dict[Name, frozenset[Name]] = {}
    made: frozenset[Name] = frozenset()
    complete: bool = False
    time_zone: str = ""
    transaction: int = 0

    # --- looking up ---------------------------------------------------------------------------------------------------

    def full(self, name: Name) -> Name:
        """`name` with its schema: the first of the search path that has it, else the first of all."""
        if name.schema or not name.name:
            return name
        for schema in self.path:
            if (full := Name(schema=schema, name=name.name)) in self.relations:
                return full
        return Name(schema=self.path[0] if self.path else "public", name=name.name)

    def get(self, name: Name) -> Relation | None:
        """What is known about a relation; None where nobody mentioned it."""
        return self.relations.get(self.full(name))

    def relation(self, name: Name) -> Relation:
        """The relation: as it is known, else as an ordinary table of which nothing is."""
        full = self.full(name)
        return self.relations.get(full) or Relation(name=full)

    def index_full(self, name: Name) -> Name:
        """The name of an index with its schema."""
        if name.schema:
            return name
        for schema in self.path:
            if (full := Name(schema=schema, name=name.name)) in self.index_tables:
                return full
        return Name(schema=self.path[0] if self.path else "public", name=name.name)

    def table_of_index(self, name: Name) -> Relation | None:
        """The table of an index; None for an index that is not known."""
        table = self.index_tables.get(self.index_full(name))
        return self.relations.get(table) if table else None

    def index(self, name: Name) -> Indexed | None:
        """An index by its name."""
        table = self.table_of_index(name)
        return table.indexes.get(name.name) if table else None

    def in_path(self, name: Name) -> tuple[Name, ...]:
        """The names that an unqualified type or function may mean."""
        return (name,) if name.schema else tuple(Name(schema=schema, name=name.name) for schema in self.path)

    def domain(self, type_: TypeName) -> Domain | None:
        """The domain that a type is, None for another type."""
        if type_.schema == "pg_catalog":
            return None
        names = self.in_path(Name(schema=type_.schema, name=type_.name))
        return next((self.domains[one] for one in names if one in self.domains), None)

    def base(self, type_: TypeName) -> TypeName:
        """The type under all domains."""
        for _ in range(32):
            domain = None if type_.arrays else self.domain(type_)
            if domain is None:
                break
            type_ = domain.type
        return type_

    def enum(self, type_: Name) -> Name | None:
        """The full name of an enum type that is known."""
        return next((one for one in self.in_path(type_) if one in self.enums), None)

    def children(self, table: Name) -> tuple[Relation, ...]:
        """The direct partitions or heirs of a table, as far as they are known."""
        near = (self.relations.get(name) for name in sorted(self.heirs.get(table, ())))
        return tuple(one for one in near if one is not None and table in one.parents)

    def descendants(self, table: Name) -> tuple[Relation, ...]:
        """All partitions or heirs below a table."""
        found: list[Relation] = []
        for child in self.children(table):
            found += [child, *self.descendants(child.name)]
        return tuple(found)

    def default_partition(self, table: Name) -> Relation | None:
        """The DEFAULT partition of a table."""
        return next((one for one in self.children(table) if one.bound is not None and one.bound.default), None)

    def references(self, table: Name) -> tuple[tuple[Relation, str, Constrained], ...]:
        """The foreign keys that point at a table: (table that has it, name, constraint)."""
        return tuple(
            (relation, name, one)
            for user in sorted(self.users.get(table, ()))
            if (relation := self.relations.get(user)) is not None
            for name, one in relation.constraints.items()
            if one.kind == "foreign key" and one.target == table
        )

    def views_over(self, table: Name) -> tuple[Relation, ...]:
        """The views and materialised views that read a relation."""
        return tuple(one for one in self.relations.values() if table in one.reads)

    def volatility(self, function: Name) -> str:
        """immutable, stable or volatile; of a function of PostgreSQL's own too; "" where it is not known."""
        for name in self.in_path(function):
            if name in self.functions:
                return self.functions[name]
        if function.schema in ("", "pg_catalog"):
            if function.name in _VOLATILE:
                return "volatile"
            if function.name in _SETTLED:
                return "stable"
        return ""

    # --- changing -----------------------------------------------------------------------------------------------------

    def with_relation(self, relation: Relation) -> Picture:
        """The picture with a relation as given."""
        gone = self.gone - {relation.name} if relation.name in self.gone else self.gone
        heirs, users, made = self.heirs, self.users, self.made
        for parent in relation.parents:
            heirs = _with(heirs, parent, relation.name)
        for one in relation.constraints.values():
            if one.target is not None:
                users = _with(users, one.target, relation.name)
        if relation.fresh and relation.name not in made:
            made = made | {relation.name}
        relations = {**self.relations, relation.name: relation}
        return replace(self, relations=relations, gone=gone, heirs=heirs, users=users, made=made)

    def with_index(self, table: Relation, name: str, index: Indexed) -> Picture:
        """The picture with an index on a table."""
        full = Name(schema=table.name.schema, name=name)
        changed = self.with_relation(replace(table, indexes={**table.indexes, name: index}))
        return replace(changed, index_tables={**changed.index_tables, full: table.name})

    def without(self, names: Iterable[Name]) -> Picture:
        """The picture without relations, their indexes, and the foreign keys of others that point at them."""
        lost = {self.full(name) for name in names}
        kept = {name: relation for name, relation in self.relations.items() if name not in lost}
        for user in {user for name in lost for user in self.users.get(name, ())} & kept.keys():
            kept[user] = _without_references(kept[user], lost)
        indexes = {index: table for index, table in self.index_tables.items() if table not in lost}
        return replace(self, relations=kept, index_tables=indexes, gone=self.gone | lost)

    def without_index(self, name: Name) -> Picture:
        """The picture without an index."""
        full = self.index_full(name)
        table = self.table_of_index(full)
        if table is None:
            return self
        indexes = {key: one for key, one in table.indexes.items() if key != full.name}
        changed = self.with_relation(replace(table, indexes=indexes))
        return replace(changed, index_tables={key: one for key, one in self.index_tables.items() if key != full})


def _with(index: dict[Name, frozenset[Name]], key: Name, name: Name) -> dict[Name, frozenset[Name]]:
    found = index.get(key, frozenset())
    return index if name in found else {**index, key: found | {name}}


def near(relations: Iterable[Relation]) -> tuple[dict[Name, frozenset[Name]], dict[Name, frozenset[Name]]]:
    """`heirs` and `users` of a picture with these relations."""
    heirs: dict[Name, set[Name]] = {}
    users: dict[Name, set[Name]] = {}
    for relation in relations:
        for parent in relation.parents:
            heirs.setdefault(parent, set()).add(relation.name)
        for one in relation.constraints.values():
            if one.target is not None:
                users.setdefault(one.target, set()).add(relation.name)
    return (
        {key: frozenset(names) for key, names in heirs.items()},
        {key: frozenset(names) for key, names in users.items()},
    )


def _without_references(relation: Relation, lost: set[Name]) -> Relation:
    if not any(one.target in lost for one in relation.constraints.values() if one.target is not None):
        return relation
    kept = {name: one for name, one in relation.constraints.items() if one.target not in lost}
    return replace(relation, constraints=kept)


# Functions of PostgreSQL that give another value at every call; what it has besides is immutable or stable.
_VOLATILE = frozenset(
    """
    random random_normal gen_random_uuid uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuidv4 uuidv7
    clock_timestamp timeofday nextval currval lastval setval txid_current pg_current_xact_id gen_random_bytes
    gen_salt setseed
    """.split()  # noqa: SIM905
)
_SETTLED = frozenset(
    """
    now transaction_timestamp statement_timestamp current_setting pg_backend_pid current_schema current_database
    to_char to_date to_timestamp to_number date_trunc date_part age lower upper length concat concat_ws md5 coalesce
    jsonb_build_object jsonb_build_array json_build_object json_build_array to_jsonb to_json array_to_string
    string_to_array substring substr replace trim btrim ltrim rtrim left right lpad rpad round floor ceil ceiling abs
    make_date make_time make_timestamp make_timestamptz make_interval timezone nullif greatest least sha256 sha512
    encode decode convert_to convert_from to_tsvector pg_advisory_lock inet_client_addr version user session_user
    """.split()  # noqa: SIM905
)


# --- from a catalogue -------------------------------------------------------------------------------------------------


def from_schema(schema: Relational) -> Picture:
    """The picture of a whole catalogue, with the sizes that its facts know."""
    relations: dict[Name, Relation] = {}
    index_tables: dict[Name, Name] = {}
    for table in schema.tables:
        relations[table.name] = _table(table, schema)
        index_tables.update((index.name, table.name) for index in table.indexes)
    reads: dict[Name, list[Name]] = {}
    for one in schema.dependencies:
        if one.of.kind == "view":
            view = Name(schema=one.of.schema, name=one.of.name)
            reads.setdefault(view, []).append(Name(schema=one.on.schema, name=one.on.name))
    for view in schema.views:
        relations[view.name] = _view(view, tuple(dict.fromkeys(reads.get(view.name, ()))), schema)
        index_tables.update((index.name, view.name) for index in view.indexes)
    for sequence in schema.sequences:
        relations[sequence.name] = Relation(name=sequence.name, kind="sequence", known=True)
    functions: dict[Name, str] = {}
    for function in schema.functions:
        worst = max(functions.get(function.name, ""), function.volatility)  # immutable < stable < volatile
        functions[function.name] = worst
    heirs, users = near(relations.values())
    return Picture(
        relations=relations,
        heirs=heirs,
        users=users,
        index_tables=index_tables,
        domains={one.name: _domain(one) for one in schema.types if isinstance(one, DomainType)},
        enums={one.name: one.labels for one in schema.types if isinstance(one, EnumType)},
        functions=functions,
        bodies={f"{one.name}({one.identity})": one.body for one in schema.functions},
        returns={f"{one.name}({one.identity})": one.returns for one in schema.functions},
        publications={
            one.name: None if one.all_tables else tuple(table.table for table in one.tables)
            for one in schema.publications
        },
        extensions=frozenset(one.name for one in schema.extensions),
        complete=True,
        time_zone=schema.settings.get("TimeZone", schema.settings.get("timezone", "")),
    )


def _table(table: Table, schema: Relational) -> Relation:
    facts = schema.facts.tables.get(str(table.name)) if schema.facts else None
    kinds: dict[str, Kind] = {"partitioned": "partitioned", "foreign": "foreign"}
    parents = (table.partition_of.parent,) if table.partition_of else table.inherits
    key = table.partition_key
    return Relation(
        name=table.name,
        kind=kinds.get(table.kind, "table"),
        columns={one.name: _column(one) for one in table.columns},
        constraints={one.name: found for one in table.constraints if (found := _constraint(one))},
        indexes={one.name.name: _index(one) for one in table.indexes},
        parents=parents,
        bound=expressions.bound_of(table.partition_of.bound) if table.partition_of else None,
        partition_columns=key.columns if key else (),
        known=True,
        row_security=table.row_security,
        policies=frozenset(one.name for one in table.policies),
        triggers=frozenset(one.name for one in table.triggers),
        persistence=table.persistence,
        access_method=table.access_method,
        rows=facts.rows if facts else None,
        bytes=(facts.heap_bytes or max(facts.pages, 0) * 8192) if facts else None,
        total_bytes=facts.total_bytes if facts else None,
    )


def _view(view: View, reads: tuple[Name, ...], schema: Relational) -> Relation:
    facts = schema.facts.tables.get(str(view.name)) if schema.facts else None
    return Relation(
        name=view.name,
        kind="materialized view" if view.materialized else "view",
        columns={one.name: _column(one) for one in view.columns},
        indexes={one.name.name: _index(one) for one in view.indexes},
        known=True,
        reads=reads,
        outputs=tuple(one.name for one in view.columns),
        rows=facts.rows if facts else None,
        bytes=(facts.heap_bytes or max(facts.pages, 0) * 8192) if facts else None,
        total_bytes=facts.total_bytes if facts else None,
    )


def _column(column: CatalogueColumn) -> Column:
    generated: Literal["", "stored", "virtual"] = ""
    if column.generated:
        generated = "stored" if column.generated.stored else "virtual"
    return Column(
        type=expressions.type_of(column.type.sql),
        not_null=column.not_null,
        has_default=column.default is not None or column.identity is not None,
        collation=column.collation.name if column.collation else "",
        generated=generated,
        identity=column.identity is not None,
    )


def _constraint(one: Constraint) -> Constrained | None:
    kinds: dict[type, ConstraintKind] = {
        PrimaryKey: "primary key",
        Unique: "unique",
        Exclude: "exclude",
        ForeignKey: "foreign key",
        Check: "check",
        NotNull: "not null",
    }
    kind = kinds.get(type(one))
    if kind is None:
        return None
    expression = expressions.expression_of(one.expression) if isinstance(one, Check) else None
    return Constrained(
        kind=kind,
        columns=expressions.columns_in(expression) if expression is not None else one.columns,
        expression=expression,
        target=one.target if isinstance(one, ForeignKey) else None,
        target_columns=one.target_columns if isinstance(one, ForeignKey) else (),
        index=one.index if isinstance(one, PrimaryKey | Unique | Exclude) else "",
        validated=one.validated,
        enforced=one.enforced,
        inherited=one.inherited,
    )


def _index(index: CatalogueIndex) -> Indexed:
    parts = [expressions.expression_of(one.expression) for one in index.keys if one.expression]
    if index.predicate:
        parts.append(expressions.expression_of(index.predicate))
    mentioned = [name for one in parts if one is not None for name in expressions.columns_in(one)]
    keys = tuple(one.column or "" for one in index.keys)
    # "CREATE INDEX name ON schema.table USING btree (a)": what comes after the table.
    return Indexed(
        keys=keys,
        mentions=tuple(dict.fromkeys([*(key for key in keys if key), *mentioned])),
        include=index.include,
        unique=index.unique,
        partial=index.predicate is not None,
        plain=index.predicate is None and all(keys),
        method=index.method,
        constraint=index.constraint or "",
        valid=index.valid,
        parent=index.parent,
        collated=tuple(one.column for one in index.keys if one.column and one.collation is not None),
        signature=signature(index.method, keys, index.include, index.unique, parts),
    )


def signature(
    method: str, keys: tuple[str, ...], include: tuple[str, ...], unique: bool, more: Sequence[Expression | None] = ()
) -> str:
    """What two indexes have alike that one can serve as the other's partition; "" for what cannot be told. `more`: the
    expressions among the keys and the predicate."""
    texts = [expressions.printed(one) for one in more if one is not None]
    return f"{method} {keys} {include} {unique} {texts}" if len(texts) == len(more) else ""


def _domain(one: DomainType) -> Domain:
    type_ = expressions.type_of(one.type.sql)
    return Domain(
        type=type_ or TypeName(name=one.type.name),
        constraints={check.name: check.validated for check in one.constraints if isinstance(check, Check)},
        not_null=one.not_null,
    )
