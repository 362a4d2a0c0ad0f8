"""Columns as Prisma sees them: the scalar type, `@db.` and `@default`.

Prisma's own check compares a schema with what its describer reads from the catalogue: a domain is the type under it, an
identity column is `autoincrement()`, and a type that it does not know is `Unsupported`, of which nothing is compared.
Defaults are literals only where the describer takes them for literals. An expression is compared as text;
`dbgenerated()` without one equals any default but that of an enum, so it stands wherever the text is not certain.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, DomainType, EnumType, Relational, Type

# Base type: Prisma's scalar and its native attribute; "" where it is the scalar's own default.
_SCALARS = {
    "int2": ("Int", "SmallInt"), "int4": ("Int", ""), "int8": ("BigInt", ""), "oid": ("Int", "Oid"),
    "float4": ("Float", "Real"), "float8": ("Float", ""), "bool": ("Boolean", ""),
    "text": ("String", ""), "citext": ("String", "Citext"), "varchar": ("String", "VarChar"),
    "bpchar": ("String", "Char"), "char": ("String", "Char"),
    "uuid": ("String", "Uuid"), "xml": ("String", "Xml"), "inet": ("String", "Inet"),
    "bit": ("String", "Bit"), "varbit": ("String", "VarBit"), "numeric": ("Decimal", "Decimal"),
    "money": ("Decimal", "Money"), "date": ("DateTime", "Date"), "time": ("DateTime", "Time"),
    "timetz": ("DateTime", "Timetz"), "timestamp": ("DateTime", "Timestamp"),
    "timestamptz": ("DateTime", "Timestamptz"), "json": ("Json", "Json"), "jsonb": ("Json", ""),
    "bytea": ("Bytes", ""),
}  # fmt: skip
_MODIFIED = re.compile(r"\((-?\d+)(?:,\s*(-?\d+))?\)")
_TAKES_LENGTH = ("varchar", "bpchar", "bit", "varbit", "time", "timetz", "timestamp", "timestamptz")
_MOST_DIGITS = 1000

# What the describer takes for a cast, and reads as the literal before it.
_CAST = r"""(?:::(?:"[^"]+"|[a-z_][\w ]*)(?:\.(?:"[^"]+"|[a-z_]\w*))?(?:\(\d+(?:,\d+)?\))?(?:\[\])?)?"""
_STRING = re.compile(rf"'((?:[^']|'')*)'{_CAST}")
_STRINGS = re.compile(rf"ARRAY\[{_STRING.pattern}(?:, {_STRING.pattern})*\](?:::[\w .\"]+\[\])?")
_INTEGER = re.compile(rf"(?:(-?\d{{1,18}})|'(-?\d{{1,18}})'{_CAST})")
_NUMBER = re.compile(rf"(?:(-?\d+(?:\.\d+)?)|\((-?\d+(?:\.\d+)?)\)|'(-?\d+(?:\.\d+)?)'){_CAST}")
_SEQUENCE = re.compile(r"nextval\('(?:[^']|'')+'::regclass\)")
_LITERALS = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")")
_QUALIFIED = re.compile(r"\bpublic\.")


@dataclass(frozen=True)
class Scalar:
    """A column's type in the schema.

    name     `Int`, the name of an enum, `Unsupported("vector(3)")`
    native   what follows `@db.`: "VarChar(40)"; "" for none
    many     a list; `known`: the client can read and write it
    base     the type under domains and of a list's elements: "varchar"; enum the enum's name
    """

    name: str
    native: str = ""
    many: bool = False
    known: bool = True
    base: str = ""
    enum: EnumType | None = None


class Types:
    """The types of one schema. `enums` are Prisma's names of those that have one."""

    def __init__(self, schema: Relational, enums: Mapping[Name, str]) -> None:
        self._domains = {one.name: one for one in schema.types if isinstance(one, DomainType)}
        self._enums = {one.name: one for one in schema.types if isinstance(one, EnumType)}
        self._named = enums

    def domain(self, type_: Type) -> DomainType | None:
        """The domain that a type is."""
        return self._domains.get(Name(schema=type_.schema, name=type_.name)) if type_.kind == "domain" else None

    def required(self, column: Column) -> bool:
        """Whether the catalogue says that the column has a value in every row; a domain may say so too."""
        domain = self.domain(column.type)
        return column.not_null or (domain is not None and domain.not_null)

    def scalar(self, type_: Type) -> Scalar:
        """The type of a field."""
        under, seen = type_, 0
        while (domain := self.domain(under)) is not None and seen < len(self._domains):
            under, seen = domain.type, seen + 1
        many = under.is_array
        text = under.sql.removesuffix("[]") if many else under.sql
        base = under.element if many else under.name
        enum = self._enums.get(Name(schema=under.schema, name=base.removeprefix("_")))
        if enum is not None and (under.kind == "enum" or many) and enum.name in self._named:
            return Scalar(self._named[enum.name], many=many, base=enum.name.name, enum=enum)
        known = _SCALARS.get(base) if under.schema == "pg_catalog" or base == "citext" else None
        native = _native(base, known[1], text) if known else None
        if known is None or native is None:
            return Scalar(f"Unsupported({quoted(shown(text))})", many=many, known=False, base=base)
        return Scalar(known[0], native=native, many=many, base=base)

    def default(self, column: Column, scalar: Scalar, values: Mapping[str, str]) -> str:
        """What stands in `@default(...)`; "" for none. `values` are the names of the enum's labels."""
        if column.generated is not None:
            # Of an enum's default without a text Prisma's check says that there is none.
            text = column.generated.expression
            return f"dbgenerated({quoted(shown(text))})" if scalar.enum is not None else "dbgenerated()"
        if column.identity is not None:
            return "autoincrement()"
        text = column.default
        if text is None:
            domain = self.domain(column.type)
            return "dbgenerated()" if domain is not None and domain.default is not None else ""
        if text.startswith("NULL"):
            return ""
        if scalar.many:
            return _list(text, scalar, values)
        found = _literal(text, scalar, values)
        if found:
            return found
        # What reads like a literal in a form that is not known here, the describer may know.
        unclear = scalar.known and scalar.base != "uuid" and text[0] in "'(-+0123456789"
        unclear = unclear and not (scalar.name == "DateTime" and text[0] in "'(")
        return "dbgenerated()" if unclear else f"dbgenerated({quoted(shown(text))})"


def quoted(text: str) -> str:
    """A string of Prisma's language, which is one of JSON."""
    return json.dumps(text, ensure_ascii=False)


def shown(expression: str) -> str:
    """An expression as a server prints it to Prisma, whose search path is `public`."""
    parts = _LITERALS.split(expression)
    return "".join(part if number % 2 else _QUALIFIED.sub("", part) for number, part in enumerate(parts))


def _native(base: str, name: str, text: str) -> str | None:
    """The native attribute; None for a type that Prisma's language cannot say."""
    if not name:
        return ""
    given = _MODIFIED.search(text)
    if base == "numeric" and given:
        digits, scale = int(given[1]), int(given[2] or 0)
        return f"Decimal({digits}, {scale})" if 0 <= scale <= digits <= _MOST_DIGITS else None
    if base == "bit" and not given:
        return "Bit(1)"
    return f"{name}({given[1]})" if given and base in _TAKES_LENGTH else name


def _literal(text: str, scalar: Scalar, values: Mapping[str, str]) -> str:
    """The literal or function that the describer takes a default for; "" for an expression."""
    if scalar.enum is not None:
        found = _STRING.fullmatch(text)
        return values.get(found[1].replace("''", "'"), "") if found else ""
    match scalar.name:
        case "Int" | "BigInt":
            if _SEQUENCE.fullmatch(text):
                return "autoincrement()"
            found = _INTEGER.fullmatch(text)
            return str(int(found[1] or found[2])) if found else ""
        case "Float" | "Decimal":
            found = _NUMBER.fullmatch(text) if scalar.base != "money" else None
            return (found[1] or found[2] or found[3]) if found else ""
        case "Boolean":
            return text if text in ("true", "false") else ""
        case "String" | "Json":
            found = _STRING.fullmatch(text) if scalar.base != "uuid" else None
            return quoted(found[1].replace("''", "'")) if found else ""
        case "Bytes":
            found = _STRING.fullmatch(text)
            if found is None or re.fullmatch(r"\\x(?:[0-9a-f]{2})*", found[1]) is None:
                return ""
            return quoted(base64.b64encode(bytes.fromhex(found[1][2:])).decode())
        case "DateTime":
            return "now()" if text in ("now()", "CURRENT_TIMESTAMP") else ""
        case _:
            return ""


def _list(text: str, scalar: Scalar, values: Mapping[str, str]) -> str:
    if scalar.known and (text.startswith("'{}'::") or re.match(r"\(?ARRAY\[\]::", text)):
        return "[]"
    numbers = re.fullmatch(r"'\{(-?\d{1,9}(?:,-?\d{1,9})*)\}'::(?:integer|smallint|bigint)\[\]", text)
    if numbers and scalar.name in ("Int", "BigInt"):
        return f"[{numbers[1].replace(',', ', ')}]"
    if _STRINGS.fullmatch(text) and (scalar.enum is not None or scalar.base in ("text", "varchar")):
        found = [one[1].replace("''", "'") for one in _STRING.finditer(text)]
        names = [values.get(one, "") if scalar.enum is not None else quoted(one) for one in found]
        return f"[{', '.join(names)}]" if all(names) else "dbgenerated()"
    words = re.fullmatch(r"'\{(\w+(?:,\w+)*)\}'::.*", text)
    if words and scalar.enum is not None and all(one in values for one in words[1].split(",")):
        return f"[{', '.join(values[one] for one in words[1].split(','))}]"
    return "dbgenerated()"
