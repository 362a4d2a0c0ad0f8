"""Types of PostgreSQL as fields of Tortoise: what the driver (asyncpg) reads and writes, and the field that says so.

Where Tortoise has a field that means exactly the type, it is taken; for all others stands `SqlField`, which names the
type and leaves the value to the driver.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, CompositeType, DomainType, EnumType, RangeType, Relational, Type

from .python import literal

# pg_type name (without domain) to the annotation of what asyncpg gives; see its documentation, "Type Conversion".
_VALUES = {
    "int2": "int", "int4": "int", "int8": "int", "oid": "int", "xid": "int", "xid8": "int", "cid": "int",
    "pg_lsn": "int", "bool": "bool",
    "float4": "float", "float8": "float", "numeric": "Decimal", "uuid": "UUID", "bytea": "bytes",
    "timestamptz": "datetime.datetime", "timestamp": "datetime.datetime", "date": "datetime.date",
    "time": "datetime.time", "timetz": "datetime.time", "interval": "datetime.timedelta",
    "json": "Json", "jsonb": "Json", "inet": "Inet", "cidr": "Cidr", "char": "bytes",
    "bit": "asyncpg.BitString", "varbit": "asyncpg.BitString", "point": "asyncpg.Point", "line": "asyncpg.Line",
    "lseg": "asyncpg.LineSegment", "box": "asyncpg.Box", "path": "asyncpg.Path", "polygon": "asyncpg.Polygon",
    "circle": "asyncpg.Circle", "int4range": "asyncpg.Range[int]", "int8range": "asyncpg.Range[int]",
    "numrange": "asyncpg.Range[Decimal]", "tsrange": "asyncpg.Range[datetime.datetime]",
    "tstzrange": "asyncpg.Range[datetime.datetime]", "daterange": "asyncpg.Range[datetime.date]",
}  # fmt: skip
VECTORS = frozenset(("vector", "halfvec"))
_OWN = frozenset(("Json", "Inet", "Cidr"))
_DECIMAL = re.compile(r"numeric\((\d+),(\d+)\)\Z")
_VARCHAR = re.compile(r"character varying\((\d+)\)\Z")
_PLAIN = {
    "int2": "fields.SmallIntField", "int4": "fields.IntField", "int8": "fields.BigIntField",
    "bool": "fields.BooleanField", "float8": "fields.FloatField", "uuid": "fields.UUIDField",
    "date": "fields.DateField",
}  # fmt: skip
# Types whose values are of another kind than what the database has, by their row in the table of capabilities.
_APPROXIMATE = {"interval": "interval", "money": "money type"}


@dataclass(frozen=True)
class Shape:
    """A column's field: its class, the arguments that say the type, the annotation of the value, what to import.

    state       the arguments in a migration, where they differ: without the project's enumerations
    lookups     whether Tortoise lets the field be unique and a key
    near        the construct under which the value is near to what the database has; "" it is the same
    codec       an extension's type for which the connection needs a codec that goes by text
    """

    head: str
    arguments: tuple[str, ...]
    value: str
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    modules: tuple[str, ...] = ()
    state: tuple[str, ...] | None = None
    lookups: bool = True
    near: str = ""
    codec: Name | None = None


@dataclass(frozen=True)
class Catalogue:
    """The schema's own types, and what its enumerations are called in code."""

    enums: Mapping[Name, str]
    domains: Mapping[Name, DomainType]
    ranges: Mapping[Name, RangeType]
    multiranges: Mapping[Name, RangeType]
    composites: Mapping[Name, CompositeType]
    package: str

    def under(self, kind: Type) -> Type:
        """The type below all domains."""
        while (domain := self.domains.get(Name(schema=kind.schema, name=kind.name))) is not None:
            kind = domain.type
        return kind


def catalogue(schema: Relational, enums: Mapping[Name, str], package: str) -> Catalogue:
    """The types of a schema."""
    ranges = [one for one in schema.types if isinstance(one, RangeType)]
    return Catalogue(
        enums=enums,
        domains={one.name: one for one in schema.types if isinstance(one, DomainType)},
        ranges={one.name: one for one in ranges},
        multiranges={one.multirange: one for one in ranges if one.multirange is not None},
        composites={one.name: one for one in schema.types if isinstance(one, CompositeType)},
        package=package,
    )


def enumerations(schema: Relational) -> list[EnumType]:
    """The enumerations, in the order of their names."""
    return sorted((one for one in schema.types if isinstance(one, EnumType)), key=lambda one: one.name)


def shape(column: Column, known: Catalogue) -> Shape:
    """The field of a column."""
    declared, kind = column.type, known.under(column.type)
    is_domain = declared != kind
    sql = declared.sql
    value, codec = _value(kind, known)
    names = _names(value, known)
    modules = tuple(module for module in ("asyncpg", "datetime") if f"{module}." in value)
    near = _APPROXIMATE.get(kind.name, "") if kind.schema == "pg_catalog" else ""
    if Name(schema=kind.schema, name=kind.name) in known.composites:
        near = "composite type"

    def made(head: str, *arguments: str, own: tuple[str, ...] = (), state: tuple[str, ...] | None = None,
             lookups: bool = True) -> Shape:  # fmt: skip
        module = f"{known.package}.db.fields"
        return Shape(
            head=head, arguments=arguments, value=value, names={**names, module: (*names.get(module, ()), *own)},
            modules=modules, state=state, lookups=lookups, near=near, codec=codec,
        )  # fmt: skip

    name = Name(schema=kind.schema, name=kind.name)
    builtin = kind.schema == "pg_catalog"
    if kind.is_array:
        element = Name(schema=kind.schema, name=kind.element)
        if element in known.enums:
            of = f"of=EnumField({literal(sql.removesuffix('[]'))}, {known.enums[element]})"
            return made("ListField", literal(sql), of, own=("ListField", "EnumField"), state=(literal(sql),))
        if builtin and kind.element in ("json", "jsonb"):
            return made("ListField", literal(sql), "of=fields.JSONField()", own=("ListField",), state=(literal(sql),))
        return made("ListField", literal(sql), own=("ListField",))
    if name in known.enums:
        return made("EnumField", literal(sql), known.enums[name], own=("EnumField",), state=(literal(sql),))
    if builtin and kind.name in ("json", "jsonb"):
        if sql == "jsonb":
            return made("fields.JSONField", lookups=False)
        return made("JSONTextField", literal(sql), own=("JSONTextField",), lookups=False)
    if builtin and not is_domain:
        if kind.name in _PLAIN:
            return made(_PLAIN[kind.name])
        if sql == "timestamp with time zone":
            return made("fields.DatetimeField")
        if kind.name == "bytea":
            return made("fields.BinaryField", lookups=False)
        if found := _DECIMAL.match(sql):
            return made("fields.DecimalField", f"max_digits={found[1]}", f"decimal_places={found[2]}")
        if found := _VARCHAR.match(sql):
            return made("fields.CharField", f"max_length={found[1]}")
    return made("SqlField", literal(sql), own=("SqlField",))


def by_type(sql: str, known: Catalogue, value: str) -> Shape:
    """A field that only names its type."""
    return Shape(
        head="SqlField", arguments=(literal(sql),), value=value,
        names={**_names(value, known), f"{known.package}.db.fields": ("SqlField",)},
    )  # fmt: skip


def _value(kind: Type, known: Catalogue) -> tuple[str, Name | None]:
    """The annotation of a value, and the extension's type that needs a codec."""
    if kind.is_array:
        element, codec = _value(known.under(_element(kind)), known)
        return f"list[{element}]", codec
    name = Name(schema=kind.schema, name=kind.name)
    if name in known.enums:
        return known.enums[name], None
    if name in known.composites:
        return "tuple[Any, ...]", None
    if name in known.ranges:
        return f"asyncpg.Range[{_value(known.under(known.ranges[name].subtype), known)[0]}]", None
    if name in known.multiranges:
        return f"list[asyncpg.Range[{_value(known.under(known.multiranges[name].subtype), known)[0]}]]", None
    if kind.schema == "pg_catalog":
        if kind.kind == "multirange" or kind.name.endswith("multirange"):
            return f"list[{_VALUES.get(kind.name.replace('multirange', 'range'), 'asyncpg.Range[Any]')}]", None
        return _VALUES.get(kind.name, "str"), None
    # Extensions' own types go by text; that of a vector is a list.
    return "list[float]" if kind.name in VECTORS else "str", name if kind.kind == "base" else None


def _element(kind: Type) -> Type:
    sql = kind.sql.removesuffix("[]")
    return Type(sql=sql, schema=kind.schema, name=kind.element)


def _names(value: str, known: Catalogue) -> dict[str, tuple[str, ...]]:
    found = set(re.findall(r"[A-Z]\w*", value))
    enums = found & set(known.enums.values())
    pairs = {
        "decimal": found & {"Decimal"},
        "uuid": found & {"UUID"},
        "typing": found & {"Any"},
        f"{known.package}.db.fields": found & _OWN,
        f"{known.package}.models.enums": enums,
    }
    return {module: tuple(sorted(names)) for module, names in pairs.items() if names}
