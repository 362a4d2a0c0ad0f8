"""What a column is in TypeScript: what node-postgres gives with the parsers of `parsers.ts`, and what it takes.

A bigint is a `bigint`; numeric and money are text, because a number of JavaScript would round them; a date, a time and
a timestamp without time zone are text, because a `Date` would shift them by the zone of the process. A timestamptz is
a `Date`, which knows milliseconds: where microseconds decide (keys) it is compared as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from dbarchitect.model import english
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, CompositeType, DomainType, EnumType, RangeType, Relational, Type, UserType
from dbarchitect.orm.blueprint import Attribute, Blueprint, Entity

from .typescript import identifier, is_numeric, text

_NUMBERS = frozenset(("int2", "int4", "oid", "float4", "float8"))
_DOCUMENTS = frozenset(("json", "jsonb"))
_VECTORS = frozenset(("vector", "halfvec"))
# Element types whose arrays node-postgres, or the fixed part of parsers.ts, reads by a number that never changes.
_READ_ARRAYS = frozenset(
    """
    bool bytea int2 int4 int8 oid float4 float8 numeric money text varchar bpchar char name uuid date time timetz
    timestamp timestamptz interval json jsonb inet cidr macaddr point numrange
    """.split()  # noqa: SIM905
)
_UNSPLIT = frozenset(("box",))  # its arrays are divided by semicolons: they stay text

# Names that a type of ours must not hide: those that types.ts imports or says itself, and JavaScript's own.
_TAKEN = frozenset(
    """
    ColumnType Generated GeneratedAlways Insertable NonDehydrateable Selectable Updateable ExpressionBuilder Kysely
    Database JsonAt JsonShapes JsonValue KeysetPage KeysetRequest MultirangeText RangeText ReadOnly VectorText
    Array BigInt Boolean Buffer Date Error Function Map Number Object Pick Promise RegExp Set String Symbol
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Reading:
    """A type of values without NULL.

    select   as it is read; `write` as it is written, where that is something else
    as_text  in JSON it must be cast to text, or JavaScript would round or reshape it; an array to text[]
    document JSON
    branded  text that looks like a number: Kysely would take it for one inside JSON
    """

    select: str
    write: str | None = None
    as_text: bool = False
    array: bool = False
    document: bool = False
    branded: bool = False

    @property
    def writes(self) -> str:
        """As it is written."""
        return self.write or self.select

    @property
    def in_json(self) -> str:
        """As it is read inside JSON, where it is cast."""
        return "string[]" if self.array else "string"


@dataclass(frozen=True)
class EntityNames:
    """`Account` a row, `AccountTable` its columns, `NewAccount`, `AccountUpdate`; `many` is `Accounts`."""

    row: str
    table: str
    new: str
    update: str
    many: str


class Types:
    """The types of a schema by name, and those of its columns."""

    def __init__(self, blueprint: Blueprint) -> None:
        """Names are given to entities first, then to enums, then to domains, in the order of their SQL names."""
        self.schema: Relational = blueprint.schema
        self.user: Mapping[Name, UserType] = {one.name: one for one in self.schema.types}
        self._taken: set[str] = set(_TAKEN)
        self.entities: dict[Name, EntityNames] = {one.name: self._entity(one) for one in blueprint.entities}
        self.enums = [one for one in self.schema.types if isinstance(one, EnumType)]
        self.domains = [one for one in self.schema.types if isinstance(one, DomainType)]
        self.names: dict[Name, str] = {}
        self.lists: dict[Name, str] = {}
        for enum in self.enums:
            words = english.split(enum.name.name)
            self.names[enum.name] = self._free(identifier(english.pascal(words)) or "Enum", "Enum")
            many = (*words[:-1], english.plural(words[-1])) if words else ("enum", "labels")
            self.lists[enum.name] = self._free(identifier(english.camel(many)), "Labels")
        for domain in self.domains:
            wanted = identifier(english.pascal(english.split(domain.name.name))) or "Domain"
            self.names[domain.name] = self._free(wanted, "Domain")

    def _entity(self, entity: Entity) -> EntityNames:
        wanted = identifier(english.pascal(entity.words)) or "Table"
        many = identifier(english.pascal(entity.many)) or "Tables"
        end = "Table" if entity.table else "View"
        number = 1
        while True:
            tail = str(number) if number > 1 else ""
            row = f"{wanted}{tail}"
            made = EntityNames(
                row=row, table=f"{row}{end}", new=f"New{row}", update=f"{row}Update", many=f"{many}{tail}"
            )
            every = {made.row, made.table} | ({made.new, made.update} if entity.table else set[str]())
            if not every & self._taken:
                self._taken |= every
                return made
            number += 1
            if number == 2 and row in _TAKEN:  # `Date` is JavaScript's: the row of a table `dates` is `DateRow`
                wanted, number = f"{wanted}Row", 1

    def _free(self, wanted: str, ending: str) -> str:
        candidate, number = wanted, 0
        while candidate in self._taken:
            number += 1
            candidate = f"{wanted}{ending}{number if number > 1 else ''}"
        self._taken.add(candidate)
        return candidate

    def reading(self, kind: Type, *, at: str = "") -> Reading:
        """What values of a type are. `at` is the place of a document, as `JsonShapes` knows it."""
        if kind.is_array:
            element = self.reading(_element(kind), at=at)
            if _element(kind).name in _UNSPLIT:
                return Reading("string")
            several = f"({element.select})[]" if " | " in element.select else f"{element.select}[]"
            write = None
            if element.write is not None:
                write = f"({element.write})[]" if " | " in element.write else f"{element.write}[]"
            return Reading(several, write, element.as_text, array=True, document=element.document)
        known = self.user.get(Name(schema=kind.schema, name=kind.name))
        match known:
            case EnumType():
                return Reading(self.names[known.name], branded=any(map(is_numeric, known.labels)))
            case DomainType():
                inner = self.reading(known.type, at=at)
                if inner.document:
                    return inner
                alias = self.names[known.name]
                write = inner.write and inner.write.replace(inner.select, alias)
                return Reading(alias, write, inner.as_text, inner.array, branded=inner.branded)
            case CompositeType():
                return Reading("string", as_text=True)
            case RangeType():
                return Reading("RangeText")
            case _:
                return self._built_in(kind, at)

    def _built_in(self, kind: Type, at: str) -> Reading:
        if kind.kind == "range":
            return Reading("RangeText")
        if kind.kind == "multirange":
            return Reading("MultirangeText")
        if kind.schema != "pg_catalog":
            return Reading("VectorText" if kind.name in _VECTORS else "string", as_text=True)
        if kind.name in _NUMBERS:
            return Reading("number", as_text=kind.name == "oid")
        if kind.name in _DOCUMENTS:
            return Reading(f"JsonAt<{text(at)}>" if at else "JsonValue", "string", document=True)
        found = {
            "bool": Reading("boolean"),
            "int8": Reading("bigint", as_text=True),
            "numeric": Reading("string", as_text=True),
            "bytea": Reading("Buffer"),
            "timestamptz": Reading("Date", "Date | string"),
        }
        return found.get(kind.name, Reading("string", as_text=kind.kind == "composite"))

    def sample(self, kind: Type) -> str | None:
        """A value of a type in TypeScript, where it is another than PostgreSQL's."""
        return None

    def not_null(self, column: Column) -> bool:
        """Whether no row has NULL there; a domain may say so too."""
        domain = self._domain(column.type)
        return column.not_null or (domain is not None and domain.not_null)

    def defaulted(self, attribute: Attribute) -> bool:
        """Whether the database gives a value of its own to a row that is inserted without one."""
        column = attribute.column
        domain = self._domain(column.type)
        return (
            column.default is not None
            or column.identity is not None
            or (domain is not None and domain.default is not None)
        )

    def _domain(self, kind: Type) -> DomainType | None:
        """The domain of a type, with what the domains under it say."""
        found = self.user.get(Name(schema=kind.schema, name=kind.name))
        if not isinstance(found, DomainType) or kind.is_array:
            return None
        inner = self._domain(found.type)
        if inner is None or (found.not_null or not inner.not_null):
            return found
        return inner

    @cached_property
    def arrays(self) -> tuple[tuple[str, str], ...]:
        """Array types that the driver cannot know, as SQL names them, each with the parser of its elements."""
        found: dict[str, str] = {}
        every = [column.type for one in (*self.schema.tables, *self.schema.views) for column in one.columns]
        every += [one.type for one in self.domains]
        for kind in every:
            element = _element(kind)
            built_in = kind.schema == "pg_catalog" and kind.name.removeprefix("_") in _READ_ARRAYS
            if kind.is_array and not built_in and element.name not in _UNSPLIT:
                found[kind.sql] = self._parser(element)
        return tuple(sorted(found.items()))

    def _parser(self, kind: Type) -> str:
        known = self.user.get(Name(schema=kind.schema, name=kind.name))
        if isinstance(known, DomainType):
            return self._parser(known.type)
        if kind.schema != "pg_catalog":
            return "asText"
        if kind.name in _NUMBERS:
            return "Number"
        if kind.name in _DOCUMENTS:
            return "asJson"
        return {"bool": "asBoolean", "int8": "BigInt", "timestamptz": "asDate", "bytea": "asBuffer"}.get(
            kind.name, "asText"
        )

    def column(self, entity: Entity, attribute: Attribute) -> tuple[str, tuple[str, ...]]:
        """The type of a property: its name and, where it has any, its arguments."""
        column = attribute.column
        kind = self.reading(column.type, at=document_at(entity.name, column.name))
        optional = "" if self.not_null(column) else " | null"
        select = f"{kind.select}{optional}"
        write = f"{kind.writes}{optional}"
        if entity.table is None:
            # A view does not tell whether a column can be NULL.
            select = f"{kind.select} | null"
            return self._branded(kind, ("ReadOnly", (select,)))
        if not attribute.writable:
            return self._branded(kind, ("GeneratedAlways", (select,)))
        if self.defaulted(attribute):
            if kind.write is None:
                return self._branded(kind, ("Generated", (select,)))
            return self._branded(kind, ("ColumnType", (select, f"{write} | undefined", write)))
        if kind.write is None and not kind.branded:
            return select, ()
        return self._branded(kind, ("ColumnType", (select, write, write) if kind.write else (select,)))

    def _branded(self, kind: Reading, made: tuple[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
        return ("NonDehydrateable", (f"{made[0]}<{', '.join(made[1])}>",)) if kind.branded else made


def _element(kind: Type) -> Type:
    """The type of an array's elements (which the catalogue's row of the array names)."""
    name, built_in = kind.element, kind.schema == "pg_catalog"
    inner: Literal["base", "range", "multirange"] = "base"
    if built_in and name.endswith("range"):
        inner = "multirange" if name.endswith("multirange") else "range"
    return Type(sql=kind.sql.removesuffix("[]"), schema=kind.schema, name=name, kind=inner)


def table_key(name: Name) -> str:
    """The key of a relation in `Database`: without the schema where it is `public`."""
    return name.name if name.schema in ("", "public") else f"{name.schema}.{name.name}"


def document_at(name: Name, column: str) -> str:
    """The key of a JSON column in `JsonShapes`."""
    return f"{table_key(name)}.{column}"


def addressable(name: str) -> bool:
    """Whether Kysely's text references can name it: dots, ` as ` and blanks around it mean something else there."""
    return "." not in name and " as " not in name and name == name.strip() and bool(name)


def in_database(name: Name) -> bool:
    """Whether a relation can be a key of `Database`."""
    return addressable(name.name) and (not name.schema or addressable(name.schema))
