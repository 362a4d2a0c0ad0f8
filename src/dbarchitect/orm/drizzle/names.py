"""Names of the constants, keys and types that the generated files share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dbarchitect.model import english
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import EnumType, Sequence
from dbarchitect.orm.blueprint import Blueprint, Entity, Relation, distinct

from .types import identifier
from .typescript import IMPORTED, RESERVED

# Types that the generated files mean by these names.
_GLOBAL_TYPES = frozenset(
    """
    Array ArrayBuffer BigInt Boolean Buffer Date Error Function Iterator JSON JsonColumns JsonOf JsonValue Map Math
    Number Object PgTableExtraConfigValue Promise Proxy Record RegExp SQL Set String Symbol Uint8Array
    """.split()  # noqa: SIM905
)
_KEYS_OF_TABLES = frozenset(("_", "getSQL", "enableRLS", "shouldOmitSQLParens"))


@dataclass(frozen=True)
class Names:
    """What things are called in code. `columns` and `relations` by the entity; `rows` has its types for a row as it is
    read and as it is inserted."""

    tables: Mapping[Name, str]
    rows: Mapping[Name, tuple[str, str]]
    columns: Mapping[Name, Mapping[str, str]]
    relations: Mapping[Name, Mapping[tuple[str, ...], str]]
    enums: Mapping[Name, str]
    schemas: Mapping[str, str]
    sequences: Mapping[Name, str]
    taken: frozenset[str]

    def column(self, table: Name, column: str) -> str:
        """`accounts.tenantId`."""
        return f"{self.tables[table]}.{self.columns[table][column]}"

    def relation(self, one: Relation) -> str:
        """The key of a relation."""
        return self.relations[one.at][one.words]


def names_of(blueprint: Blueprint, sequences: tuple[Sequence, ...], *, across: bool = False) -> Names:
    """Names for everything that schema.ts exports; `across`: for many to many too. Raises `InputError` where a name has
    no letter."""
    schema = blueprint.schema
    enums = [one for one in schema.types if isinstance(one, EnumType)]
    spaces = [one.name for one in schema.schemas if one.name != "public"]
    wanted = [(_camel(one.many), _ref(one.name)) for one in blueprint.entities]
    wanted += [(_camel(english.split(one.name.name)), _ref(one.name, "type")) for one in enums]
    wanted += [(f"{_camel(english.split(one))}Schema", ObjectRef(kind="schema", name=one)) for one in spaces]
    wanted += [(_camel(english.split(one.name.name)), _ref(one.name, "sequence")) for one in sequences]
    given = distinct(wanted, reserved=RESERVED | IMPORTED)
    count = len(blueprint.entities)
    tables = {one.name: name for one, name in zip(blueprint.entities, given, strict=False)}
    rest = given[count:]
    types = distinct(
        [(identifier(english.pascal(one.words)), _ref(one.name)) for one in blueprint.entities],
        reserved=_GLOBAL_TYPES,
        suffix="Row",
    )
    new = distinct(
        [(f"New{one}", _ref(entity.name)) for one, entity in zip(types, blueprint.entities, strict=True)], taken=types
    )
    columns = {one.name: _columns(one) for one in blueprint.entities}
    return Names(
        tables=tables,
        rows={one.name: pair for one, pair in zip(blueprint.entities, zip(types, new, strict=True), strict=True)},
        columns=columns,
        relations={one.name: _relations(blueprint, one, columns[one.name], across) for one in blueprint.entities},
        enums={one.name: name for one, name in zip(enums, rest, strict=False)},
        schemas=dict(zip(spaces, rest[len(enums) :], strict=False)),
        sequences={
            one.name: name for one, name in zip(sequences, rest[len(enums) + len(spaces) :], strict=True)
        },
        taken=frozenset(given),
    )  # fmt: skip


def _camel(words: tuple[str, ...]) -> str:
    return identifier(english.camel(words))


def _ref(name: Name, kind: str = "table") -> ObjectRef:
    if kind == "type":
        return ObjectRef(kind="type", schema=name.schema, name=name.name)
    if kind == "sequence":
        return ObjectRef(kind="sequence", schema=name.schema, name=name.name)
    return ObjectRef(kind="table", schema=name.schema, name=name.name)


def _columns(entity: Entity) -> dict[str, str]:
    wanted = [
        (
            _camel(one.words),
            ObjectRef(kind="column", schema=entity.name.schema, name=entity.name.name, sub=one.column.name),
        )
        for one in entity.attributes
    ]
    given = distinct(wanted, reserved=_KEYS_OF_TABLES)
    return {one.column.name: name for one, name in zip(entity.attributes, given, strict=True)}


def _relations(
    blueprint: Blueprint, entity: Entity, columns: Mapping[str, str], across: bool
) -> dict[tuple[str, ...], str]:
    """Keys of relations, apart from those of columns. Many to many has none before 1.0: see `relations`."""
    found = [one for one in blueprint.of(entity) if across or one.kind != "many to many"]
    ref = _ref(entity.name)
    given = distinct([(_camel(one.words), ref) for one in found], taken=set(columns.values()))
    return {one.words: name for one, name in zip(found, given, strict=True)}
