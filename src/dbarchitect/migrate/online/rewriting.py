"""Which changes make the server write a table anew, or build indexes, while everybody waits."""

from __future__ import annotations

from msgspec.structs import replace

from dbarchitect.migrate import picture, retype
from dbarchitect.migrate.picture import Picture
from dbarchitect.model.change import AlterColumn
from dbarchitect.model.schema import Column, Relational, Table, Type
from dbarchitect.sql import expressions
from dbarchitect.sql.statements import SetType

_TIMES = ("time", "timetz", "timestamp", "timestamptz")
_ZONED = ("timestamptz", "timetz")
_SHOWN_BY_SETTINGS = (
    "timestamp",
    "timestamptz",
    "date",
    "time",
    "timetz",
    "interval",
    "float4",
    "float8",
    "bytea",
    "money",
)


def rewrites(change: AlterColumn, table: Table, schema: Relational) -> bool:
    """Whether another type means that each row is written anew, or another collation that indexes are."""
    before, after = change.before, change.after
    if (before.type.sql, before.collation) == (after.type.sql, after.collation):
        return False
    if before.collation != after.collation and any(
        key.column == before.name for index in table.indexes for key in index.keys
    ):
        return True
    target = expressions.type_of(after.type.sql)
    if target is None:
        return True
    using = expressions.expression_of(change.using) if change.using else None
    seen = _seen(schema, table)
    known = seen.relations[table.name].columns.get(before.name)
    answer, _ = retype.rewrites(seen, known, SetType(name=before.name, type=target, using=using))
    return answer != "no"


def session_dependent(before: Column, after: Column, using: str) -> str:
    """The setting of a session on which the plain conversion depends, "" for none: a trigger runs in many sessions."""
    if using:
        return ""
    old, new = before.type.base or before.type.name, after.type.base or after.type.name
    if old == new:
        return ""
    if (old in _ZONED) != (new in _ZONED) and old in (*_TIMES, "date") and new in (*_TIMES, "date"):
        return "TimeZone"
    texts = ("text", "varchar", "bpchar")
    if old in texts and new in _SHOWN_BY_SETTINGS:
        return "DateStyle" if new in (*_TIMES, "date") else ""
    if new in texts and old in _SHOWN_BY_SETTINGS:
        return {"float4": "extra_float_digits", "float8": "extra_float_digits", "bytea": "bytea_output",
                "interval": "IntervalStyle", "money": "lc_monetary"}.get(old, "DateStyle")  # fmt: skip
    return ""


def volatile(expression: str, schema: Relational) -> bool:
    """Whether a default gives each row a value of its own, so that a column with it is written into every row. What is
    not known, a function of an extension, counts as such."""
    found = expressions.expression_of(expression)
    if found is None:
        return True
    seen = _seen(schema)
    volatilities = ((one, seen.volatility(one)) for one in expressions.calls(found))
    # The server prints what is its own without a schema, and all that is volatile of that is known.
    return any(how == "volatile" or (not how and one.schema not in ("", "pg_catalog")) for one, how in volatilities)


def constrained_domain(type_: Type, schema: Relational) -> bool:
    """Whether a type is a domain whose values are checked, which makes ADD COLUMN write the table anew."""
    named = expressions.type_of(type_.sql) if type_.kind == "domain" else None
    domain = None if named is None else _seen(schema).domain(named)
    return domain is not None and domain.constrained


def _seen(schema: Relational, *tables: Table) -> Picture:
    """Types and functions of the schema, and these tables: all that matters here."""
    return picture.from_schema(replace(schema, tables=tables, views=(), dependencies=(), facts=None))
