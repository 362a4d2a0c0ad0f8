"""Names in Python: of classes, modules and attributes; and what becomes a class at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dbarchitect.model import english
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import ForeignKey, PrimaryKey, Table, Unique
from dbarchitect.orm.blueprint import Blueprint, Entity, Relation, distinct

from .python import KEYWORDS, identifier

# class: a mapped class; association: the table of a many-to-many; link: a class for it; table: an sa.Table, without key
Form = Literal["class", "association", "link", "table"]

_MODULES = frozenset(("associations", "sequences", "tables", "views", "test", "conftest"))
# What the body of a class, or the class itself, uses.
ATTRIBUTES = frozenset(
    ("pg", "sa", "list", "postgresql", "associations", "mapped_column", "relationship", "metadata", "registry",
     "type_annotation_map")
)  # fmt: skip
CLASSES = frozenset(
    ("Base", "TimestampMixin", "Mapped", "ViewBase", "TYPE_CHECKING", "Any", "Page", "Repository", "AsyncSession",
     "ABSENT")
)  # fmt: skip


@dataclass(frozen=True)
class Named:
    """An entity with its names in Python.

    symbol     of the class, or of the `sa.Table`
    module     of the package `models` where it stands
    identity   the columns that tell its rows apart: the primary key, else a unique key without NULL
    late       foreign keys that close a circle of tables: made, and in a circle of rows set, after the others
    """

    entity: Entity
    form: Form
    symbol: str
    module: str
    attributes: Mapping[str, str]
    relations: tuple[tuple[Relation, str], ...] = ()
    identity: tuple[str, ...] = ()
    late: frozenset[str] = frozenset()

    @property
    def table(self) -> str:
        """How a string names the table: `billing.invoice`."""
        name = self.entity.name
        return name.name if name.schema in ("", "public") else f"{name.schema}.{name.name}"

    def relation(self, wanted: Relation) -> str:
        """The name of a relation. Raises `KeyError`."""
        for one, name in self.relations:
            if one is wanted:
                return name
        raise KeyError(str(wanted.key.name))


def named(
    blueprint: Blueprint,
    *,
    links: bool = False,
    attributes: Collection[str] = ATTRIBUTES,
    classes: Collection[str] = CLASSES,
) -> dict[Name, Named]:
    """Every entity with its names. `links`: what joins two others is a class too; `attributes` and `classes` cannot be
    names of such."""
    entities = blueprint.entities
    forms: dict[Name, Form] = {one.name: _form(one) for one in entities}
    for one in entities:
        # A many-to-many needs classes at both ends.
        keys = one.table.foreign_keys if one.table is not None else ()
        if forms[one.name] == "association" and any(forms.get(key.target) != "class" for key in keys):
            forms[one.name] = "class"
    if links:
        forms = {name: "link" if form == "association" else form for name, form in forms.items()}
    mapped = [one for one in entities if forms[one.name] in ("class", "link")]
    others = [one for one in entities if forms[one.name] not in ("class", "link")]
    symbols = dict(
        zip(
            (one.name for one in mapped),
            distinct(
                ((identifier(english.pascal(one.words), "Table"), ref(one)) for one in mapped),
                reserved={*KEYWORDS, *classes},
            ),
            strict=True,
        )
    )
    modules = dict(
        zip(
            (one.name for one in mapped),
            distinct(
                ((identifier(english.snake(one.words), "table"), ref(one)) for one in mapped),
                reserved={*KEYWORDS, *_MODULES},
            ),
            strict=True,
        )
    )
    symbols |= dict(
        zip(
            (one.name for one in others),
            distinct(
                ((identifier(english.snake(_own(one)), "table"), ref(one)) for one in others),
                reserved={*KEYWORDS, *attributes, "pg", "Base", "views", "TYPE_CHECKING"},
                taken={"datetime", "uuid"},
            ),
            strict=True,
        )
    )
    late = _late(entities)
    found: dict[Name, Named] = {}
    for one in entities:
        form = forms[one.name]
        columns = distinct(
            ((identifier(english.snake(a.words), "column"), ref(one)) for a in one.attributes),
            reserved={*KEYWORDS, *attributes},
        )
        relations = [r for r in blueprint.of(one) if form == "class" and _told(r, forms)]
        names = distinct(
            ((identifier(english.snake(r.words), "to"), ref(one)) for r in relations),
            reserved={*KEYWORDS, *attributes},
            taken=columns,
        )
        found[one.name] = Named(
            entity=one,
            form=form,
            symbol=symbols[one.name],
            module=modules.get(one.name)
            or ("associations" if form == "association" else "views" if one.table is None else "tables"),
            attributes=dict(zip((a.column.name for a in one.attributes), columns, strict=True)),
            relations=tuple(zip(relations, names, strict=True)),
            identity=_identity(one) or (),
            late=late[one.name],
        )
    return found


def _late(entities: Sequence[Entity]) -> dict[Name, frozenset[str]]:
    """Foreign keys without which the tables could be put in order: those that may be NULL, where these will do."""
    edges: list[tuple[bool, Entity, ForeignKey]] = []
    for one in entities:
        for key in one.table.foreign_keys if one.table is not None else ():
            if key.target != one.name:
                optional = any(not one.attribute(name).column.not_null for name in key.columns)
                edges.append((optional, one, key))
    after: dict[Name, set[Name]] = defaultdict(set)  # what must be there before, step by step
    found: dict[Name, set[str]] = defaultdict(set)
    for _, one, key in sorted(edges, key=lambda edge: edge[0]):
        if _reaches(after, key.target, one.name):
            found[one.name].add(key.name)
        else:
            after[one.name].add(key.target)
    return {one.name: frozenset(found[one.name]) for one in entities}


def _reaches(after: Mapping[Name, set[Name]], start: Name, end: Name) -> bool:
    seen: set[Name] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        if here not in seen:
            seen.add(here)
            waiting += after.get(here, ())
    return False


def other_side(one: Relation, there: Named) -> str | None:
    """The name of the same relation at the other end."""
    for back, name in there.relations:
        if back.to != one.at or back is one:
            continue
        if one.kind == "many to many":
            if back.kind == "many to many" and back.through == one.through and back.key == one.far_key:
                return name
        elif back.key == one.key and back.kind != one.kind and back.kind != "many to many":
            return name
    return None


def ref(entity: Entity) -> ObjectRef:
    """Where a loss of an entity points."""
    kind: Literal["table", "view"] = "table" if entity.table is not None else "view"
    return ObjectRef(kind=kind, schema=entity.name.schema, name=entity.name.name)


def _own(entity: Entity) -> tuple[str, ...]:
    return english.split(entity.name.name) or entity.words


def _form(entity: Entity) -> Form:
    if entity.junction:
        return "association"
    return "class" if _identity(entity) else "table"


def _identity(entity: Entity) -> tuple[str, ...] | None:
    """Columns that tell the rows apart: the mapper needs some."""
    table = entity.table
    if table is None:
        found = [
            tuple(key.column or "" for key in index.keys)
            for index in entity.relation.indexes
            if index.unique and index.predicate is None and all(key.column for key in index.keys)
        ]
        return found[0] if found else None
    if table.primary_key is not None:
        return table.primary_key.columns
    return next((columns for columns in _unique_keys(table) if _never_null(table, columns)), None)


def _unique_keys(table: Table) -> list[tuple[str, ...]]:
    keys = [one.columns for one in table.constraints if isinstance(one, PrimaryKey | Unique) and not one.deferrable]
    return keys + [
        tuple(key.column or "" for key in index.keys)
        for index in table.indexes
        if index.unique and index.predicate is None and all(key.column for key in index.keys)
    ]


def _never_null(table: Table, columns: tuple[str, ...]) -> bool:
    return all((column := table.column(name)) is not None and column.not_null for name in columns)


def _told(relation: Relation, forms: Mapping[Name, Form]) -> bool:
    """Whether both ends are classes; what leads to an association is told by its many-to-many."""
    if relation.kind == "many to many":
        return (
            forms[relation.to] == "class"
            and relation.through is not None
            and forms[relation.through] in ("association", "link")
        )
    return forms[relation.to] == "class"
