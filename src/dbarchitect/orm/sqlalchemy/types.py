"""Types of columns: what SQLAlchemy calls them, what Python gets, and an alias for each in the project's `db/types.py`.

A model says `Mapped[pg.numeric_12_2]`: the alias is `Annotated[Decimal, mapped_column(sa.Numeric(12, 2))]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dbarchitect.model import english
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import Column, DomainType, EnumType, Relational, Type
from dbarchitect.orm.blueprint import distinct
from dbarchitect.orm.project import Report

from .python import KEYWORDS, Call, Code, Item, call, docstring, expression, flat, identifier, lines, string

_ARGUMENTS = re.compile(r"\(([\d, -]+)\)")
_DOMAIN_CHECK = re.compile(r"^CHECK \((.*)\)(?: NOT VALID)?$", re.S)

# Types without arguments: what SQLAlchemy has for them, and the type in Python that psycopg gives.
_PLAIN: dict[str, tuple[str, str]] = {
    "bool": ("sa.Boolean()", "bool"), "int2": ("sa.SmallInteger()", "int"), "int4": ("sa.Integer()", "int"),
    "int8": ("sa.BigInteger()", "int"), "float4": ("sa.REAL()", "float"), "float8": ("sa.Double()", "float"),
    "text": ("sa.Text()", "str"), "uuid": ("sa.Uuid()", "UUID"), "date": ("sa.Date()", "datetime.date"),
    "bytea": ("sa.LargeBinary()", "bytes"), "oid": ("postgresql.OID()", "int"), "money": ("postgresql.MONEY()", "str"),
    "citext": ("postgresql.CITEXT()", "str"), "tsvector": ("postgresql.TSVECTOR()", "str"),
    "tsquery": ("postgresql.TSQUERY()", "str"), "macaddr": ("postgresql.MACADDR()", "str"),
    "macaddr8": ("postgresql.MACADDR8()", "str"), "inet": ("postgresql.INET()", "Inet"),
    "cidr": ("postgresql.CIDR()", "Cidr"), "regclass": ("postgresql.REGCLASS()", "str"),
    "regconfig": ("postgresql.REGCONFIG()", "str"), "json": ("sa.JSON(none_as_null=True)", "Any"),
    "jsonb": ("postgresql.JSONB(none_as_null=True)", "Any"), "hstore": ("postgresql.HSTORE()", "dict[str, str | None]"),
    "int4range": ("postgresql.INT4RANGE()", "Range[int]"), "int8range": ("postgresql.INT8RANGE()", "Range[int]"),
    "numrange": ("postgresql.NUMRANGE()", "Range[Decimal]"),
    "daterange": ("postgresql.DATERANGE()", "Range[datetime.date]"),
    "tsrange": ("postgresql.TSRANGE()", "Range[datetime.datetime]"),
    "tstzrange": ("postgresql.TSTZRANGE()", "Range[datetime.datetime]"),
    "int4multirange": ("postgresql.INT4MULTIRANGE()", "Sequence[Range[int]]"),
    "int8multirange": ("postgresql.INT8MULTIRANGE()", "Sequence[Range[int]]"),
    "nummultirange": ("postgresql.NUMMULTIRANGE()", "Sequence[Range[Decimal]]"),
    "datemultirange": ("postgresql.DATEMULTIRANGE()", "Sequence[Range[datetime.date]]"),
    "tsmultirange": ("postgresql.TSMULTIRANGE()", "Sequence[Range[datetime.datetime]]"),
    "tstzmultirange": ("postgresql.TSTZMULTIRANGE()", "Sequence[Range[datetime.datetime]]"),
}  # fmt: skip
_VECTORS = {"vector": "Vector", "halfvec": "HalfVector"}
# Where `format_type` has words that nobody types.
_SHORT = {"int4": "integer", "int8": "bigint", "int2": "smallint", "float4": "real", "float8": "double",
          "bpchar": "char", "bool": "boolean"}  # fmt: skip


@dataclass(frozen=True)
class Alias:
    """A type as the project has it. `name` stands in `db/types.py`; without `python` it is no annotation."""

    name: str
    python: str
    code: Code


@dataclass(frozen=True)
class EnumClass:
    """An enumeration: its class, and its members with their values."""

    type: EnumType
    name: str
    members: tuple[tuple[str, str], ...]


class Types:
    """The types of one schema. Aliases are made as columns ask for them, and named when all have. They are annotations,
    or without `annotated` SQLAlchemy's types alone."""

    def __init__(self, schema: Relational, report: Report, *, annotated: bool = True) -> None:
        self._report = report
        self._annotated = annotated
        self._known = {one.name: one for one in schema.types}
        self._wanted: dict[tuple[str, str], tuple[str, str, Code, ObjectRef]] = {}
        # Names of `public` stay as they are where another schema has the same.
        enums = [one for one in schema.types if isinstance(one, EnumType)]
        enums.sort(key=lambda one: (one.name.schema != "public", one.name))
        self.enums: tuple[EnumClass, ...] = tuple(_enum_classes(enums))
        self._enum_class = {one.type.name: one for one in self.enums}
        self.vectors: set[str] = set()
        self.raw: set[str] = set()

    def domain(self, column: Column) -> DomainType | None:
        """The domain of a column: what it demands and gives by itself, the column does too."""
        known = self._known.get(Name(schema=column.type.schema, name=column.type.name))
        return known if isinstance(known, DomainType) else None

    def want(self, column: Column, at: ObjectRef) -> tuple[str, str]:
        """The key of the alias of a column."""
        python, code = self.of(column, at)
        python = python if self._annotated else ""
        key = (python, flat(code))
        if key not in self._wanted:
            self._wanted[key] = (self._alias_name(column.type, python, column.collation), python, code, at)
        return key

    def aliases(self) -> dict[tuple[str, str], Alias]:
        """All aliases by key, in the order of their names."""
        keys = sorted(self._wanted, key=lambda key: (self._wanted[key][0], key))
        names = distinct(
            [(self._wanted[key][0], self._wanted[key][3]) for key in keys], reserved={*KEYWORDS, *_IN_TYPES}
        )
        found = {
            key: Alias(name, self._wanted[key][1], self._wanted[key][2]) for key, name in zip(keys, names, strict=True)
        }
        return dict(sorted(found.items(), key=lambda one: one[1].name))

    def of(self, column: Column, at: ObjectRef) -> tuple[str, Code]:
        """The Python type of a column, and the expression that is its type in SQLAlchemy."""
        python, code = self._type(column.type, at, column.collation)
        if column.type.name in ("json", "jsonb") and column.default:
            # A document that starts as an object or an array is one.
            start = column.default.split("::")[0].strip("'() ")
            python = "dict[str, Any]" if start.startswith("{") else "list[Any]" if start.startswith("[") else python
        return python, code

    def _type(self, type_: Type, at: ObjectRef, collation: Name | None) -> tuple[str, Code]:
        if type_.element:
            return self._array(type_, at)
        known = self._known.get(Name(schema=type_.schema, name=type_.name))
        if isinstance(known, EnumType):
            one = self._enum_class[known.name]
            return f"enums.{one.name}", _enum(one)
        if isinstance(known, DomainType):
            return self._domain(known, at)
        arguments = _arguments(type_.sql)
        if type_.schema != "pg_catalog" and type_.name in _VECTORS:
            self.vectors.add(_VECTORS[type_.name])
            return "list[float]", call(_VECTORS[type_.name], *arguments)
        if type_.schema == "pg_catalog" or type_.name in ("citext", "hstore"):
            found = _built_in(type_, arguments, collation)
            if found is not None:
                return found
        if type_.kind == "composite":
            self._report.lose(at, "composite type")
        elif type_.kind in ("range", "multirange"):
            self._report.lose(at, "range type", f"values of {type_.sql} are text")
        self.raw.add(_visible(type_.sql))
        return "str", call("PgType", string(_visible(type_.sql)))

    @staticmethod
    def _alias_name(type_: Type, python: str, collation: Name | None) -> str:
        name = _SHORT.get(type_.element or type_.name, type_.element or type_.name)
        words = [*english.split(name), *_arguments(type_.sql)]
        if type_.element:
            words.append("array")
        if python == "dict[str, Any]":
            words.append("object")
        elif python == "list[Any]" and not type_.element:
            words.append("list")
        if collation is not None:
            words += english.split(collation.name)
        return identifier(english.snake([one.replace("-", "minus") for one in words]).lower(), "type")

    def _array(self, type_: Type, at: ObjectRef) -> tuple[str, Code]:
        inner = Type(
            sql=type_.sql.removesuffix("[]"), schema=type_.schema, name=type_.element, modifier=type_.modifier,
            kind=self._kind(type_),
        )  # fmt: skip
        if inner.kind in ("domain", "composite", "range"):
            self._report.lose(at, "array", f"psycopg does not know the elements of {type_.sql}: values are text")
            self.raw.add(_visible(type_.sql))
            return "str", call("PgType", string(_visible(type_.sql)))
        python, code = self._type(inner, at, None)
        return f"list[{python}]", call("postgresql.ARRAY", code)

    def _kind(self, type_: Type) -> Literal["base", "enum", "domain", "composite"]:
        known = self._known.get(Name(schema=type_.schema, name=type_.element))
        if isinstance(known, EnumType):
            return "enum"
        if isinstance(known, DomainType):
            return "domain"
        if known is not None:
            return "composite"
        return "base" if type_.schema == "pg_catalog" else "composite"

    def _domain(self, domain: DomainType, at: ObjectRef) -> tuple[str, Code]:
        python, code = self._type(domain.type, at, domain.collation)
        checks = [one for one in domain.constraints if one.definition.startswith("CHECK")]
        if len(checks) > 1:
            ref = ObjectRef(kind="domain", schema=domain.name.schema, name=domain.name.name)
            self._report.lose(ref, "domain", "the models have the first of its checks")
        check = _DOMAIN_CHECK.match(checks[0].definition) if checks else None
        if "enums." in flat(code) or python.startswith(("Range", "Sequence")):
            python = "Any"  # the driver gives what the domain is made of, unconverted
        return python, call(
            "postgresql.DOMAIN",
            string(domain.name.name),
            code,
            schema=_schema(domain.name),
            default=call("sa.text", expression(domain.default)) if domain.default else None,
            not_null="True" if domain.not_null else None,
            constraint_name=string(checks[0].name) if check else None,
            check=call("sa.text", expression(check[1])) if check else None,
        )


def types_module(types: Types, aliases: Sequence[Alias], package: str, templates: dict[str, str]) -> str:
    """`db/types.py` below its header."""
    body: list[str] = []
    for one in aliases:
        # Of these two a type checker would ask what their values are.
        typed = f": {flat(one.code)[:-2]}[float]" if not one.python and one.code in ("sa.REAL()", "sa.Double()") else ""
        body += lines(_annotated(one), before=f"{one.name}{typed} = ")
    text = "\n".join(body)
    pieces: list[str] = []
    if "postgresql.INET()" in text:
        pieces.append(templates["inet"])
    if "postgresql.CIDR()" in text:
        pieces.append(templates["cidr"])
    if "postgresql.DOMAIN(" in text:
        pieces.append(_DOMAINS)
    if types.raw:
        pieces.append(templates["raw"])
    if types.vectors:
        pieces.append(templates["vector"])
    if "HalfVector" in types.vectors:
        pieces.append(templates["halfvector"])
    whole = "\n".join((*pieces, text))
    standard = [f"import {one}" for one in ("datetime", "ipaddress") if re.search(rf"(?<![\w.]){one}\.", whole)]
    if re.search(r"\b(Sequence|Callable)\[", whole):
        found = [one for one in ("Callable", "Sequence") if re.search(rf"\b{one}\[", whole)]
        standard.append(f"from collections.abc import {', '.join(found)}")
    if "Decimal" in whole:
        standard.append("from decimal import Decimal")
    typing = [one for one in ("Annotated", "Any", "TypeAlias", "cast") if re.search(rf"(?<![\w.]){one}\b", whole)]
    if typing:
        standard.append(f"from typing import {', '.join(typing)}")
    if re.search(r"\bUUID\b", whole):
        standard.append("from uuid import UUID")
    outside = ["import sqlalchemy as sa"] if "sa." in whole else []
    if "postgresql." in whole:
        outside.append("from sqlalchemy.dialects import postgresql")
    if "Range[" in whole:
        outside.append("from sqlalchemy.dialects.postgresql import Range")
    if "mapped_column" in whole:
        outside.append("from sqlalchemy.orm import mapped_column")
    if "OperatorClass" in whole:
        outside.append("from sqlalchemy.sql.operators import OperatorClass")
    own = [f"from {package}.db import enums"] if "enums." in whole else []
    groups = ["\n".join(one) for one in (standard, outside, own) if one]
    code = "\n\n\n".join((*pieces, text) if text else pieces)
    space = "\n\n\n" if code.startswith("class ") else "\n\n"
    return "\n\n".join(groups) + space + code


def enums_module(types: Types) -> str:
    """`db/enums.py` below its header."""
    parts: list[str] = ["from enum import StrEnum", _VALUES]
    for one in types.enums:
        said = one.type.comment or f"Labels of the type {one.type.name}, in its order."
        body = [f"class {one.name}(StrEnum):", f"    {docstring(said)}", ""]
        body += [f"    {name} = {string(value)}" for name, value in one.members]
        parts.append("\n".join(body))
    return "\n\n\n".join(parts)


_DOMAINS = """# SQLAlchemy 2.1 warns at every comparison of a domain, because it says nowhere what may be asked of one.
postgresql.DOMAIN.operator_classes = OperatorClass.ANY"""
_VALUES = '''def values(members: type[StrEnum]) -> list[str]:
    """What the database calls the members: their values, not their names."""
    return [one.value for one in members]'''
_IN_TYPES = ("sa", "postgresql", "mapped_column", "enums", "datetime", "ipaddress", "Range", "Sequence", "Any",
             "Decimal", "Annotated", "Inet", "Cidr", "TypeAlias", "PgType", "Vector", "HalfVector", "list", "dict",
             "int", "str", "UUID", "cast", "Callable", "OperatorClass", "float", "bool", "bytes")  # fmt: skip


def _annotated(one: Alias) -> Code:
    if not one.python:
        return one.code
    column = call("mapped_column", one.code)
    return Call("Annotated[", (Item("", one.python), Item("", column)), "]")


def _arguments(sql: str) -> list[str]:
    found = _ARGUMENTS.search(sql)
    return [one.strip() for one in found[1].split(",")] if found else []


def _visible(sql: str) -> str:
    """A type as it is said with the usual search path."""
    return sql.removeprefix("public.")


def _schema(name: Name) -> str | None:
    return None if name.schema == "public" else string(name.schema)


def _built_in(type_: Type, arguments: Sequence[str], collation: Name | None) -> tuple[str, Code] | None:
    collate = string(collation.name) if collation is not None else None
    name = type_.name
    if collate is not None and name in ("text", "citext"):
        return "str", call("sa.Text" if name == "text" else "postgresql.CITEXT", collation=collate)
    if name in _PLAIN:
        return _PLAIN[name][1], _PLAIN[name][0]
    if name in ("varchar", "bpchar"):
        return "str", call("sa.String" if name == "varchar" else "sa.CHAR", *arguments, collation=collate)
    if name == "numeric":
        return "Decimal", call("sa.Numeric", *arguments)
    if name in ("timestamp", "timestamptz", "time", "timetz"):
        timezone = "True" if name.endswith("tz") else None
        python = "datetime.time" if name.startswith("time") and "stamp" not in name else "datetime.datetime"
        if arguments:
            head = "postgresql.TIME" if python == "datetime.time" else "postgresql.TIMESTAMP"
            return python, call(head, timezone=timezone, precision=arguments[0])
        return python, call("sa.Time" if python == "datetime.time" else "sa.DateTime", timezone=timezone)
    if name == "interval":
        fields = _ARGUMENTS.sub("", type_.sql).removeprefix("interval").strip()
        plain = not arguments and not fields
        return "datetime.timedelta", call(
            "sa.Interval" if plain else "postgresql.INTERVAL",
            fields=string(fields) if fields else None,
            precision=arguments[0] if arguments else None,
        )
    if name in ("bit", "varbit"):
        return "str", call("postgresql.BIT", *arguments, varying="True" if name == "varbit" else None)
    return None


def _enum(one: EnumClass) -> Call:
    return call(
        "postgresql.ENUM",
        f"enums.{one.name}",
        name=string(one.type.name.name),
        schema=_schema(one.type.name),
        values_callable="enums.values",
    )


def _enum_classes(enums: Sequence[EnumType]) -> list[EnumClass]:
    names = distinct(
        [(identifier(english.pascal(english.split(one.name.name)), "Enum"), _ref(one)) for one in enums],
        reserved={*KEYWORDS, "StrEnum", "values"},
    )
    found: list[EnumClass] = []
    for one, name in zip(enums, names, strict=True):
        wanted = [
            (identifier(english.snake(english.split(label)).upper(), "VALUE") or "VALUE", _ref(one))
            for label in one.labels
        ]
        # `mro` is no name for a member, and what text has is not to be hidden.
        members = distinct(wanted, reserved={*KEYWORDS, "None", "mro"})
        found.append(EnumClass(one, name, tuple(zip(members, one.labels, strict=True))))
    return found


def _ref(one: EnumType) -> ObjectRef:
    return ObjectRef(kind="type", schema=one.name.schema, name=one.name.name)
