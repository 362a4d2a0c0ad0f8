"""Names of database objects, and how PostgreSQL quotes them."""

from __future__ import annotations

import re
from typing import Literal

from .value import Value

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")

# Keywords that PostgreSQL 18 does not take as a bare column or table name (pg_get_keywords(), catcode R, T, C).
RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both
    case cast char character check coalesce collate collation column concurrently constraint create cross
    current_catalog current_date current_role current_schema current_time current_timestamp current_user dec
    decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
    freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect
    interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query
    json_scalar json_serialize json_table json_value lateral leading least left like limit localtime
    localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on
    only or order out outer overlaps overlay placing position precision primary real references returning right
    row select session_user setof similar smallint some substring symmetric system_user table tablesample then
    time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when
    where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
    xmlroot xmlserialize xmltable
    """.split()  # noqa: SIM905
)


def quote_identifier(name: str) -> str:
    """`name` as it must stand in SQL: bare where PostgreSQL allows it, else double-quoted."""
    if _PLAIN.match(name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """`text` as an SQL string constant, safe whatever `standard_conforming_strings` says."""
    quoted = "'" + text.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


class Name(Value, frozen=True, kw_only=True, order=True):
    """A schema-qualified name. `str()` gives the quoted SQL form."""

    schema: str
    name: str

    def __str__(self) -> str:
        if not self.schema:
            return quote_identifier(self.name)
        return f"{quote_identifier(self.schema)}.{quote_identifier(self.name)}"

    @property
    def short(self) -> str:
        """The form for people: without the schema where it is `public`."""
        return quote_identifier(self.name) if self.schema == "public" else str(self)


ObjectKind = Literal[
    "database",
    "schema",
    "table",
    "column",
    "constraint",
    "index",
    "view",
    "function",
    "trigger",
    "event trigger",
    "rule",
    "policy",
    "type",
    "domain",
    "sequence",
    "extension",
    "collation",
    "statistics",
    "publication",
    "subscription",
    "role",
    "foreign server",
    "foreign data wrapper",
    "cast",
    "operator",
    "operator class",
    "operator family",
    "text search object",
    "language",
    "access method",
    "conversion",
    "transform",
    "keys",
    "collection",
    "path",
]


class ObjectRef(Value, frozen=True, kw_only=True, order=True):
    """Points at one object. `name` is the table, view, function signature...; `sub` is the part of it
    (a column, constraint, index on a table, trigger, policy), empty for the object itself."""

    kind: ObjectKind
    schema: str = ""
    name: str = ""
    sub: str = ""

    def __str__(self) -> str:
        return ".".join(part for part in (self.schema, self.name, self.sub) if part)

    @property
    def short(self) -> str:
        """The form for people: without the schema where it is `public`."""
        schema = "" if self.schema == "public" else self.schema
        return ".".join(part for part in (schema, self.name, self.sub) if part) or self.kind

    @property
    def key(self) -> str:
        """A stable key for baselines: survives changes of line, not of name."""
        return f"{self.kind}:{self}"


class Position(Value, frozen=True, kw_only=True, order=True):
    """A place in a file. Line and column count from 1; column 0 is unknown."""

    file: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")
