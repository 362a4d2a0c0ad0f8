"""Which changes make the server write a table anew, or read it whole, while everybody waits."""

from __future__ import annotations

from dbarchitect.errors import InputError
from dbarchitect.model.change import AlterColumn
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, DomainType, Relational, Table, Type
from dbarchitect.sql import expressions
from dbarchitect.sql.parse import functions_called

# Functions of the server that give another value for each row and that a default may call (pg_proc.provolatile = 'v').
_VOLATILE = frozenset(
    """
    clock_timestamp currval gen_random_uuid lastval nextval random random_normal setseed setval timeofday uuidv4 uuidv7
    pg_sleep pg_backend_pid
    """.split()  # noqa: SIM905
) - {"pg_backend_pid"}
# Pairs whose values are stored alike (pg_cast.castmethod = 'b'): nothing is written anew.
_STORED_ALIKE = frozenset(
    (
        ("varchar", "text"),
        ("text", "varchar"),
        ("cidr", "inet"),
        ("bit", "varbit"),
        ("varbit", "bit"),
        ("int4", "oid"),
        ("oid", "int4"),
        ("xml", "text"),
        ("xml", "varchar"),
    )
)
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


def rewrites(change: AlterColumn, table: Table) -> bool:
    """Whether another type means that each row is written anew, or that indexes are built while everybody waits."""
    before, after = change.before, change.after
    if (before.type.sql, before.collation) == (after.type.sql, after.collation):
        return False
    if change.using:
        given = expressions.expression_of(change.using)
        cast = None if given is None else expressions.cast_of_column(given, before.name)
        if cast is None or (cast.name and cast != expressions.type_of(after.type.sql)):
            return True
    if before.collation != after.collation and any(
        before.name in _plain_columns(table, i) for i in range(len(table.indexes))
    ):
        return True
    return not _same_bytes(before.type, after.type)


def _plain_columns(table: Table, number: int) -> set[str]:
    index = table.indexes[number]
    return {key.column for key in index.keys if key.column is not None}


def _same_bytes(before: Type, after: Type) -> bool:
    if after.kind == "domain" or before.is_array or after.is_array:
        return before.sql == after.sql
    old, new = before.base or before.name, after.base or after.name
    if old != new and (old, new) not in _STORED_ALIKE:
        return False
    if after.modifier < 0:
        return True
    if old != new or before.modifier < 0:
        return False
    if new in ("varchar", "varbit", *_TIMES):
        return after.modifier >= before.modifier
    if new == "numeric":  # precision in the high half, scale in the low one
        old_scale, new_scale = ((one.modifier - 4) & 0x7FF for one in (before, after))
        return old_scale == new_scale and after.modifier >= before.modifier
    return before.modifier == after.modifier


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
    try:
        called = functions_called(f"SELECT {expression}")
    except InputError:
        return True
    return any(_volatile(name, schema) for name in called)


def _volatile(name: Name, schema: Relational) -> bool:
    if name.schema in ("", "pg_catalog"):
        return name.name in _VOLATILE
    own = [one for one in schema.functions if one.name == name]
    return not own or any(one.volatility == "volatile" for one in own)


def constrained_domain(type_: Type, schema: Relational) -> bool:
    """Whether a type is a domain whose values are checked, which makes ADD COLUMN write the table anew."""
    name = Name(schema=type_.schema, name=type_.name)
    domain = next((one for one in schema.types if isinstance(one, DomainType) and one.name == name), None)
    if type_.kind != "domain" or domain is None:
        return False
    return bool(domain.constraints) or domain.not_null or constrained_domain(domain.type, schema)
