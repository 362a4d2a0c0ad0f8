"""Columns as Drizzle's types: the builder that makes one, and the SQL type that drizzle-kit sees in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from dbarchitect.model import english
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import Column, DomainType, EnumType, Relational, Type
from dbarchitect.orm.blueprint import distinct

from .typescript import IMPORTED, RESERVED, Call, Entry, Node, Object, string

# What values of a type are in JavaScript. JSON would round bigint and numeric, so that nested reads take them as text.
Data = Literal["number", "float", "bigint", "numeric", "boolean", "string", "json", "moment", "bytes", "other"]

_NUMBERS = {"int2": "smallint", "int4": "integer"}
_PLAIN = {
    "bool": "boolean", "text": "text", "uuid": "uuid", "inet": "inet", "cidr": "cidr", "macaddr": "macaddr",
    "macaddr8": "macaddr8", "json": "json", "jsonb": "jsonb", "float4": "real", "float8": "doublePrecision",
}  # fmt: skip
_SQL = {"bool": "boolean", "float4": "real", "float8": "double precision"}
_DATA: dict[str, Data] = {
    "int2": "number", "int4": "number", "int8": "bigint", "numeric": "numeric", "float4": "float", "float8": "float",
    "bool": "boolean", "json": "json", "jsonb": "json", "bytea": "bytes", "oid": "number",
    "date": "moment", "time": "moment", "timetz": "moment", "timestamp": "moment", "timestamptz": "moment",
}  # fmt: skip
_BYTES = 'typeof value === "string" ? Buffer.from(value.slice(2), "hex") : value'
# The values of a custom type in TypeScript, what the driver has for them, and the way to and from it. In a nested read
# they come out of JSON.
_CUSTOM: dict[str, tuple[str, str, str, str]] = {
    "bigint": ("bigint", "string | number", "(value) => value.toString()", "(value) => BigInt(value)"),
    "number": ("number", "string | number", "(value) => String(value)", "(value) => Number(value)"),
    "float": ("number", "string | number", "(value) => String(value)", "(value) => Number(value)"),
    "numeric": ("string", "string | number", "", "(value) => String(value)"),
    "json": ("JsonValue", "string | JsonValue", "(value) => JSON.stringify(value)", "(value) => value as JsonValue"),
    "boolean": ("boolean", "", "", ""),
    "bytes": ("Buffer", "Buffer | string", "", f"(value) =>\n    {_BYTES}"),
}
_MODIFIER = re.compile(r"\(([^)]*)\)")
_INTERVAL = re.compile(r"interval(?: ([a-z ]+?))?(?:\((\d+)\))?")


@dataclass(frozen=True)
class Built:
    """A column's type in code: the first call of its chain without the name, and what drizzle-kit makes of it.

    builder   the function: `varchar`; `options` its configuration
    sql       what `getSQLType()` gives: "varchar(40)"
    enum_schema  of an enumeration's values
    """

    builder: str
    sql: str
    data: Data
    options: tuple[Entry, ...] = ()
    array: bool = False
    enum_schema: str | None = None
    native: bool = True

    def call(self, name: str | None) -> Call:
        """The first call, for a column that SQL calls `name`; None: as its key."""
        args: list[Node] = [] if name is None else [string(name)]
        if self.options:
            args.append(Object(self.options))
        return Call(self.builder, tuple(args))


@dataclass
class Custom:
    """A type that Drizzle has no builder for. `newer`: of 1.0, where it says how it is read inside JSON."""

    const: str
    sql: str
    data: Data
    comment: str | None
    newer: bool = False

    def text(self) -> str:
        """Its declaration."""
        typed, driver, writes, reads = _CUSTOM.get(self.data, ("string", "", "", ""))
        between = f"; driverData: {driver}" if driver else ""
        lines = [f"const {self.const} = customType<{{ data: {typed}{between} }}>({{"]
        lines.append(f"  dataType: () => {string(self.sql)},")
        lines += [f"  toDriver: {writes},"] if writes else []
        lines += [f"  fromDriver: {reads},"] if reads else []
        if self.newer and self.data in ("bigint", "numeric"):
            lines.append("  // JavaScript's numbers lose digits.")
            lines.append("  forJsonSelect: (identifier, sql, dimensions) =>")
            lines.append("    dimensions ? sql`${identifier}::text[]` : sql`${identifier}::text`,")
        return "\n".join([*lines, "});\n"])


@dataclass
class Types:
    """The types of a schema: enumerations by name, and custom types, which are found as they are asked for. `newer`:
    for 1.0."""

    schema: Relational
    enums: dict[Name, str]
    taken: set[str]
    imports: set[str]
    newer: bool = False
    customs: dict[str, Custom] = field(default_factory=dict[str, Custom])

    def built(self, column: Column, *, exact_time: bool) -> Built:
        """The type of a column. `exact_time`: timestamps as strings, with all their microseconds."""
        one = column.type
        found = self._element(one, exact_time=exact_time)
        if one.is_array:
            found = Built(
                builder=found.builder, sql=f"{found.sql}[]", data=found.data, options=found.options, array=True,
                enum_schema=found.enum_schema, native=found.native,
            )  # fmt: skip
        if found.native and found.enum_schema is None:
            self.imports.add(found.builder)
        return found

    def _element(self, one: Type, *, exact_time: bool) -> Built:
        name = one.element or one.name
        sql = one.sql.removesuffix("[]") if one.is_array else one.sql
        full = Name(schema=one.schema, name=name)
        if full in self.enums:
            enum = next(e for e in self.schema.types if isinstance(e, EnumType) and e.name == full)
            # One without values is another kind of object to Drizzle.
            space = one.schema if enum.labels else None
            return Built(builder=self.enums[full], sql=enum.name.name, data="string", enum_schema=space, native=False)
        if one.schema != "pg_catalog" and name not in ("vector", "halfvec", "sparsevec"):
            return self._custom(full, sql)
        return _native(name, sql, exact_time=exact_time) or self._custom(full, sql)

    def _custom(self, full: Name, sql: str) -> Built:
        base = self._base(full)
        data = _DATA.get(base.name, "string") if base is not None else _DATA.get(full.name, "string")
        if data == "moment" or (base is not None and base.is_array):
            data = "string"
        shown = _as_kit_wants(full, sql)
        if shown not in self.customs:
            words = english.split(sql if full.schema == "pg_catalog" else full.name)
            ref = ObjectRef(kind="type", schema=full.schema, name=full.name)
            const = distinct([(identifier(english.camel(words)), ref)], taken=self.taken, reserved=RESERVED | IMPORTED)[
                0
            ]
            self.taken.add(const)
            comment = next((t.comment for t in self.schema.types if t.name == full), None)
            self.customs[shown] = Custom(const=const, sql=shown, data=data, comment=comment, newer=self.newer)
            self.imports.add("customType")
        return Built(builder=self.customs[shown].const, sql=shown, data=data, native=False)

    def _base(self, name: Name) -> Type | None:
        """The type under a domain, through all domains; None where this is none."""
        found: Type | None = None
        while domain := next((t for t in self.schema.types if isinstance(t, DomainType) and t.name == name), None):
            found = domain.type
            name = Name(schema=found.schema, name=found.name)
        return found


def identifier(name: str) -> str:
    """A name that JavaScript takes: not beginning with a digit."""
    return f"_{name}" if name[:1].isdigit() else name


def _as_kit_wants(name: Name, sql: str) -> str:
    """The type so that drizzle-kit's quotes around it come out right, a schema among them."""
    if name.schema in ("pg_catalog", "public"):
        modifier = _MODIFIER.search(sql)
        plain = name.schema == "public"
        return (name.name + (modifier[0] if modifier else "")) if plain else sql
    return f'{name.schema}"."{name.name}'


def _native(name: str, sql: str, *, exact_time: bool) -> Built | None:
    modifier = _MODIFIER.search(sql)
    numbers = [int(one) for one in modifier[1].split(",")] if modifier and re.match(r"[\d, ]+\Z", modifier[1]) else []
    data = _DATA.get(name, "string")
    if name in _NUMBERS:
        return Built(builder=_NUMBERS[name], sql=_NUMBERS[name], data=data)
    if name in _PLAIN:
        return Built(builder=_PLAIN[name], sql=_SQL.get(name, name), data=data)
    build = _BUILDERS.get(name)
    return build(name, sql, numbers, exact_time) if build else None


def _bigint(name: str, sql: str, numbers: list[int], exact: bool) -> Built:
    return Built(builder="bigint", sql="bigint", data="bigint", options=(Entry("mode", '"bigint"'),))


def _numeric(name: str, sql: str, numbers: list[int], exact: bool) -> Built | None:
    if not numbers:
        return Built(builder="numeric", sql="numeric", data="numeric")
    options = tuple(Entry(key, str(n)) for key, n in zip(("precision", "scale"), numbers, strict=False))
    return Built(builder="numeric", sql=f"numeric({', '.join(map(str, numbers))})", data="numeric", options=options)


def _lengthy(name: str, sql: str, numbers: list[int], exact: bool) -> Built | None:
    builder = {"bpchar": "char", "varchar": "varchar"}[name]
    if not numbers:  # bpchar without a length is no char(1)
        return Built(builder=builder, sql=builder, data="string") if name == "varchar" else None
    return Built(
        builder=builder, sql=f"{builder}({numbers[0]})", data="string", options=(Entry("length", str(numbers[0])),)
    )


def _dimensions(name: str, sql: str, numbers: list[int], exact: bool) -> Built | None:
    if not numbers:
        return None
    options = (Entry("dimensions", str(numbers[0])),)
    return Built(builder=name, sql=f"{name}({numbers[0]})", data="other", options=options)


def _clock(name: str, sql: str, numbers: list[int], exact: bool) -> Built:
    zone = name == "timetz"
    options = [Entry("precision", str(numbers[0]))] if numbers else []
    options += [Entry("withTimezone", "true")] if zone else []
    return Built(
        builder="time",
        sql="time" + (f"({numbers[0]})" if numbers else "") + (" with time zone" if zone else ""),
        data="moment",
        options=tuple(options),
    )


def _stamp(name: str, sql: str, numbers: list[int], exact: bool) -> Built:
    zone = name == "timestamptz"
    options = [Entry("precision", str(numbers[0]))] if numbers else []
    options += [Entry("withTimezone", "true")] if zone else []
    options += [Entry("mode", '"string"')] if exact else []
    between = "" if exact else " "  # the two modes write their precision differently
    precision = f"{between}({numbers[0]})" if numbers else ""
    return Built(
        builder="timestamp",
        sql=f"timestamp{precision}" + (" with time zone" if zone else ""),
        data="moment",
        options=tuple(options),
    )


def _date(name: str, sql: str, numbers: list[int], exact: bool) -> Built:
    return Built(builder="date", sql="date", data="moment")


def _interval(name: str, sql: str, numbers: list[int], exact: bool) -> Built | None:
    found = _INTERVAL.fullmatch(sql)
    if found is None or found[2] == "0":
        return None
    options = [Entry("fields", string(found[1]))] if found[1] else []
    options += [Entry("precision", found[2])] if found[2] else []
    shown = "interval" + (f" {found[1]}" if found[1] else "") + (f"({found[2]})" if found[2] else "")
    return Built(builder="interval", sql=shown, data="string", options=tuple(options))


def _shape(name: str, sql: str, numbers: list[int], exact: bool) -> Built:
    mode = {"point": "xy", "line": "abc"}[name]
    return Built(builder=name, sql=name, data="other", options=(Entry("mode", string(mode)),))


_BUILDERS: dict[str, Callable[[str, str, list[int], bool], Built | None]] = {
    "int8": _bigint, "numeric": _numeric, "varchar": _lengthy, "bpchar": _lengthy, "bit": _dimensions,
    "vector": _dimensions, "halfvec": _dimensions, "sparsevec": _dimensions, "time": _clock, "timetz": _clock,
    "timestamp": _stamp, "timestamptz": _stamp, "date": _date, "interval": _interval, "point": _shape, "line": _shape,
}  # fmt: skip
