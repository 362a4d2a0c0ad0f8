"""What becomes of the entities: models with their fields and relations named, rows for what has no key of one column.

Tortoise knows an object by one column. A table whose primary key has several, or none, and a view have no model that
would not lie (`save()` would change every row that shares a part of the key): they become `Row`s, which know their
whole key.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dbarchitect.model import english
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import EnumType, ForeignKey, Index, PrimaryKey, Relational, Table, Unique
from dbarchitect.orm.blueprint import Attribute, Blueprint, Entity, Relation, distinct
from dbarchitect.orm.project import Report

from .python import KEYWORDS, identifier
from .types import Catalogue, Shape, by_type, catalogue, enumerations, shape

# Names of Model and its metaclass in Tortoise 1.1 that a field must not have (`_check_field_name_conflicts`).
RESERVED = frozenset(
    """
    Meta abstract add_field all annotate bulk_create bulk_update build_meta check clone construct create delete describe
    earliest exclude exists fetch_for_list fetch_related filter first full_name get get_or_create get_or_none get_table
    in_bulk last latest mro pk raw refresh_from_db register_listener save select_for_update update_from_dict
    update_or_create
    """.split()  # noqa: SIM905
)
# Names that the modules of models use themselves: a class attribute of that name would hide them.
_USED = frozenset(
    ("fields", "asyncpg", "datetime", "int", "str", "bool", "float", "bytes", "list", "dict", "tuple", "object")
)
_ROW = frozenset(
    "find page among insert change remove source of_record classmethod cls self".split()  # noqa: SIM905
)
_CLASSES = frozenset(
    """
    Any BrinIndex CheckConstraint Cidr ClassVar Decimal EnumField False Field GinIndex GistIndex HashIndex Index Inet
    JSONTextField Json KeyIndex ListField Model None NotRequired Row RowColumn RowSource Self SpGistIndex SqlDefault
    SqlField StrEnum TYPE_CHECKING True TypedDict UUID UniqueConstraint Unpack
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Data:
    """A field that is a column. `unique`: so in the model (its constraint has no more to say)."""

    name: str
    attribute: Attribute
    shape: Shape
    key: bool = False
    unique: bool = False


@dataclass(frozen=True)
class Reference:
    """A foreign key as a field; `key` names the attribute with the value, `to_field` the target's where it is not its
    key."""

    name: str
    key: str
    relation: Relation
    attribute: Attribute
    shape: Shape
    model: Planned
    back: str = ""
    to_field: str = ""
    primary: bool = False


@dataclass(frozen=True)
class Across:
    """Many to many, written at this end where `owner`."""

    name: str
    back: str
    relation: Relation
    model: Planned
    owner: bool


@dataclass(frozen=True)
class Backward:
    """The other end of a reference."""

    name: str
    model: Planned
    many: bool


@dataclass
class Planned:
    """An entity with its class. `key`: the column that identifies an object; "" for a row."""

    entity: Entity
    cls: str
    module: str
    key: str = ""
    data: list[Data] = field(default_factory=list[Data])
    references: list[Reference] = field(default_factory=list[Reference])
    across: list[Across] = field(default_factory=list[Across])
    backward: list[Backward] = field(default_factory=list[Backward])

    @property
    def name(self) -> Name:
        """The SQL name."""
        return self.entity.name

    @property
    def schema(self) -> str:
        """What `Meta.schema` says: "" for `public`."""
        return "" if self.name.schema == "public" else self.name.schema

    def named(self, column: str) -> str:
        """The attribute that holds a column."""
        for one in self.data:
            if one.attribute.column.name == column:
                return one.name
        return next(one.key for one in self.references if one.attribute.column.name == column)

    def ref(self, part: str = "") -> ObjectRef:
        """Where a loss is."""
        return _ref(self.entity, part)


@dataclass(frozen=True)
class Enumeration:
    """An enumeration and its class; `members` pair names with labels."""

    type: EnumType
    cls: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Plan:
    """Everything named."""

    schema: Relational
    models: tuple[Planned, ...]
    rows: tuple[Planned, ...]
    enums: tuple[Enumeration, ...]
    known: Catalogue
    package: str


def plan(blueprint: Blueprint, package: str, report: Report) -> Plan:
    """Name all and decide what is a model. Raises `InputError` for what cannot be named."""
    found = enumerations(blueprint.schema)
    classes = distinct(
        [
            *((_class(one.words), _ref(one)) for one in blueprint.entities),
            *((_class(english.split(one.name.name)), _type_ref(one)) for one in found),
        ],
        reserved=_CLASSES | KEYWORDS,
    )
    count = len(blueprint.entities)
    enums = tuple(
        Enumeration(type=one, cls=cls, members=_members(one)) for one, cls in zip(found, classes[count:], strict=True)
    )
    known = catalogue(blueprint.schema, {one.type.name: one.cls for one in enums}, package)
    modules = _modules(blueprint)
    planned = [
        Planned(entity=one, cls=cls, module=modules[one.name.schema], key=_key(one))
        for one, cls in zip(blueprint.entities, classes[:count], strict=True)
    ]
    models = {one.name: one for one in planned if one.key}
    namer = _Namer(blueprint, models, known, report)
    for one in models.values():
        namer.take(one)
    for one in models.values():
        namer.name(one)
    for one in models.values():
        namer.link(one)
    covered = {across.relation.through for one in models.values() for across in one.across}
    rows = [one for one in planned if not one.key and one.name not in covered]
    for one in rows:
        _row(one, known)
    return Plan(
        schema=blueprint.schema, models=tuple(models.values()), rows=tuple(rows), enums=enums, known=known,
        package=package,
    )  # fmt: skip


def _class(words: Sequence[str]) -> str:
    return identifier(english.pascal(words), "T") if words else ""


def _ref(entity: Entity, part: str = "") -> ObjectRef:
    return ObjectRef(
        kind="table" if entity.table is not None else "view",
        schema=entity.name.schema, name=entity.name.name, sub=part,
    )  # fmt: skip


def _type_ref(one: EnumType) -> ObjectRef:
    return ObjectRef(kind="type", schema=one.name.schema, name=one.name.name)


def _members(one: EnumType) -> tuple[tuple[str, str], ...]:
    wanted = [
        (identifier(english.snake(english.split(label)).upper(), "VALUE_" if label else "EMPTY"), _type_ref(one))
        for label in one.labels
    ]
    return tuple(zip(distinct(wanted, reserved=KEYWORDS), one.labels, strict=True))


def _modules(blueprint: Blueprint) -> dict[str, str]:
    """A module for each schema."""
    schemas = sorted({one.name.schema for one in blueprint.entities}, key=lambda one: (one != "public", one))
    wanted = [
        (identifier(english.snake(english.split(one)) or "schema", "schema_"), ObjectRef(kind="schema", name=one))
        for one in schemas
    ]
    return dict(zip(schemas, distinct(wanted, reserved=KEYWORDS | {"enums", "rows"}), strict=True))


def _key(entity: Entity) -> str:
    """The column that alone identifies a row; "" where there is none."""
    table = entity.table
    if table is None or table.kind == "foreign" or unquotable(table):
        return ""
    if len(entity.key) == 1:
        return entity.key[0]
    keys = [one.columns[0] for one in table.constraints if isinstance(one, Unique) and len(one.columns) == 1
            and not one.deferrable]  # fmt: skip
    keys += [one.keys[0].column or "" for one in table.indexes if _alone(one)]
    return next((one for one in keys if one and entity.attribute(one).column.not_null), "")


def unquotable(table: Table) -> bool:
    """Whether a column has a name that Tortoise cannot write: it does not double a quote in it."""
    return any('"' in column.name for column in table.columns)


def _alone(index: Index) -> bool:
    return index.unique and index.predicate is None and len(index.keys) == 1 and index.constraint is None


def unique_columns(table: Table) -> set[str]:
    """The columns that are unique by themselves, by a constraint or an index with nothing special about it."""
    constraints = [one for one in table.constraints if isinstance(one, Unique) and len(one.columns) == 1 and plain(one)]
    found = {one.columns[0] for one in constraints}
    return found | {one.keys[0].column or "" for one in table.indexes if simple(one)}


def simple(index: Index) -> bool:
    """Whether a unique index says no more than that one column is unique."""
    key = index.keys[0]
    special = key.descending or key.nulls_first or not key.opclass_default or key.collation is not None
    return _alone(index) and key.column is not None and not (special or index.include or index.nulls_not_distinct)


def plain(one: Unique | PrimaryKey) -> bool:
    """Whether the constraint has nothing that `UNIQUE (columns)` does not say."""
    special = one.include or one.without_overlaps or one.deferrable or one.comment
    return not special and not (isinstance(one, Unique) and one.nulls_not_distinct)


def _numbered(base: str) -> Iterator[str]:
    yield base
    yield f"{base}_ref"
    yield from (f"{base}_ref{number}" for number in itertools.count(2))


def _names_of(name: str, *, own: bool) -> set[str]:
    """What a relation takes: a reference also has an attribute for the value."""
    return {name, f"{name}_id"} if own else {name}


class _Namer:
    """Names the members of the models: first all references, which name the attributes of both ends."""

    def __init__(self, blueprint: Blueprint, models: Mapping[Name, Planned], known: Catalogue, report: Report) -> None:
        self.blueprint = blueprint
        self.models = models
        self.known = known
        self.report = report
        self.taken: dict[Name, list[Relation]] = {}
        self.names: dict[Name, dict[Relation, str]] = {}

    def take(self, one: Planned) -> None:
        """Choose the foreign keys of a model that become fields."""
        table = one.entity.table
        assert table is not None
        found: list[Relation] = []
        used: set[str] = set()
        for relation in self.blueprint.of(one.entity):
            if relation.kind not in ("many to one", "one to one"):
                continue
            key = relation.key
            why = self._refusal(one, key, used)
            if why:
                construct = "composite foreign key" if len(key.columns) > 1 else "foreign key"
                self.report.lose(_part(table, key.name), construct, why, "raw")
                continue
            used.add(key.columns[0])
            found.append(relation)
        self.taken[one.name] = found

    def _refusal(self, one: Planned, key: ForeignKey, used: set[str]) -> str:
        target = self.models.get(key.target)
        if len(key.columns) != 1:
            return "Tortoise refers to one column: its columns are fields, and there is no relation"
        if target is None:
            return f"{key.target.short} is no model: the column is a field, and there is no relation"
        if key.columns[0] in used:
            return "its column already belongs to another relation"
        wanted = target.entity.attribute(key.target_columns[0])
        if key.target_columns[0] != target.key:
            table = target.entity.table
            if table is None or key.target_columns[0] not in unique_columns(table):
                return "Tortoise refers only to a key or a field that is unique by itself"
            if wanted.references or not shape(wanted.column, self.known).lookups:
                return "Tortoise does not refer to a column that is a relation itself"
        if key.columns[0] == one.key and self._referred(one.name):
            return "Tortoise does not refer to a model whose key is a relation: its key is a plain field"
        return ""

    def _referred(self, name: Name) -> bool:
        entity = self.blueprint.entity(name)
        return any(relation.many or relation.kind == "one to one back" for relation in self.blueprint.of(entity))

    def name(self, one: Planned) -> None:
        """Name all members of a model: columns first, so that they keep the names that they have."""
        entity = one.entity
        table = entity.table
        assert table is not None
        own = self.taken[entity.name]
        columns = {relation.key.columns[0] for relation in own}
        fields = [attribute for attribute in entity.attributes if attribute.column.name not in columns]
        reserved = RESERVED | KEYWORDS | _USED
        plain_names = distinct(
            [(identifier(english.snake(a.words), "column_"), _part(table, a.column.name)) for a in fields],
            reserved=reserved,
        )
        taken = set(plain_names) | reserved
        names: dict[Relation, str] = {}
        for relation in self.blueprint.of(entity):
            if not (relation in own or self._returns(relation) or self._crosses(relation)):
                continue
            base = identifier(english.snake(relation.words), "relation_")
            name = next(tried for tried in _numbered(base) if not taken & _names_of(tried, own=relation in own))
            taken |= _names_of(name, own=relation in own)
            names[relation] = name
        self.names[entity.name] = names
        unique = unique_columns(table)
        for attribute, name in zip(fields, plain_names, strict=True):
            kind = shape(attribute.column, self.known)
            is_key = attribute.column.name == one.key
            made = is_key and not attribute.writable and not kind.head.endswith("IntField")
            one.data.append(
                Data(
                    name=name,
                    attribute=attribute,
                    shape=kind
                    if not made and (kind.lookups or not is_key)
                    else by_type(attribute.column.type.sql, self.known, kind.value),
                    key=is_key,
                    unique=attribute.column.name in unique and kind.lookups and not is_key,
                )
            )

    def link(self, one: Planned) -> None:
        """Make the relations of a model, when everything has its name."""
        names = self.names[one.name]
        for relation, name in names.items():
            target = self.models[relation.to]
            if relation in self.taken[one.name]:
                key = relation.key
                column = one.entity.attribute(key.columns[0])
                there = key.target_columns[0]
                one.references.append(
                    Reference(
                        name=name,
                        key=f"{name}_id",
                        relation=relation,
                        attribute=column,
                        shape=shape(column.column, self.known),
                        model=target,
                        back=self._back(relation),
                        to_field="" if there == target.key else target.named(there),
                        primary=column.column.name == one.key,
                    )
                )
            elif relation.kind == "many to many":
                mirror = self._mirror(relation)
                one.across.append(
                    Across(
                        name=name,
                        back=self.names[relation.to][mirror],
                        relation=relation,
                        model=target,
                        owner=self._owns(relation, mirror),
                    )
                )
            else:
                one.backward.append(Backward(name=name, model=target, many=relation.many))

    def _back(self, relation: Relation) -> str:
        """The name of the other direction, at the target."""
        return next(
            name
            for other, name in self.names[relation.to].items()
            if other.key == relation.key
            and other.to == relation.at
            and other.kind in ("one to many", "one to one back")
        )

    def _mirror(self, relation: Relation) -> Relation:
        return next(
            other
            for other in self.names[relation.to]
            if other.kind == "many to many"
            and other.through == relation.through
            and (other.key, other.far_key) == (relation.far_key, relation.key)
        )

    def _owns(self, relation: Relation, mirror: Relation) -> bool:
        """Whether many to many is written at this end: Tortoise looks for the junction in the schema of that model."""
        assert relation.through is not None
        here, there = relation.at.schema == relation.through.schema, relation.to.schema == relation.through.schema
        if here != there:
            return here
        order = list(self.names[relation.at])
        return relation.at < relation.to if relation.at != relation.to else order.index(relation) < order.index(mirror)

    def _returns(self, relation: Relation) -> bool:
        return relation.kind in ("one to many", "one to one back") and any(
            other.key == relation.key for other in self.taken.get(relation.to, ())
        )

    def _crosses(self, relation: Relation) -> bool:
        if relation.kind != "many to many" or relation.through is None or relation.far_key is None:
            return False
        ends = ((relation.at, relation.key), (relation.to, relation.far_key))
        for name, key in ends:
            model = self.models.get(name)
            if model is None or list(key.target_columns) != [model.key] or '"' in key.columns[0]:
                return False
            if any(one.key.columns[0] == model.key for one in self.taken[name]):
                return False
        return relation.through.schema in (relation.at.schema, relation.to.schema)


def _part(table: Table, name: str) -> ObjectRef:
    return ObjectRef(kind="table", schema=table.name.schema, name=table.name.name, sub=name)


def _row(one: Planned, known: Catalogue) -> None:
    entity = one.entity
    names = distinct(
        [(identifier(english.snake(a.words), "column_"), _ref(entity, a.column.name)) for a in entity.attributes],
        reserved=KEYWORDS | _USED | _ROW,
    )
    for attribute, name in zip(entity.attributes, names, strict=True):
        one.data.append(Data(name=name, attribute=attribute, shape=shape(attribute.column, known)))
