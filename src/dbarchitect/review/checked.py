"""CHECKs: what a column is already held to, new ones that hold it to more, and the rows that those would refuse."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbarchitect.model.change import AddConstraint
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import Check, Column, DomainType, EnumType, Table
from dbarchitect.review.context import Context, base_type, mentions
from dbarchitect.review.mending import free_name

# Terms that say nothing about which values there may be: a length, "not empty", "not NULL".
_LENGTHS = re.compile(r"\b(?:char_length|character_length|length|octet_length)\(.*?\)+(?:::\w+)? *(?:<=|>=|<>|<|>|=)")
_EMPTY = re.compile(r"<> ''(?:::[\w ]+)?")


def is_checked(review: Context, table: Table, column: Column) -> bool:
    """Whether a CHECK, an enum, a domain's CHECK or an own foreign key says something about the values of `column`.

    CHECKs about its length alone, or that it is neither NULL nor empty, say nothing about them.
    """
    declared = review.type(column.type.schema, column.type.name)
    if isinstance(declared, EnumType):
        return True
    if isinstance(declared, DomainType) and any(_speaks_of(one, "VALUE") for one in declared.constraints):
        return True
    if any(column.name in key.columns for key in table.foreign_keys):
        return True
    return any(_speaks_of(constraint, column.name) for constraint in table.constraints)


def _speaks_of(constraint: object, column: str) -> bool:
    if not isinstance(constraint, Check) or not constraint.enforced or not mentions(constraint.expression, column):
        return False
    text = constraint.expression
    if " IS NOT NULL" in text or "<> ''" in text or "length(" in text:
        quoted = '"' + column.replace('"', '""') + '"'
        text = _LENGTHS.sub("", text)
        for name in (column, quoted):
            text = text.replace(f"{name} IS NOT NULL", "")
            text = re.sub(rf"\(*{re.escape(name)}\)*(?:::[\w ]+)?\)* {_EMPTY.pattern}", "", text)
    return mentions(text, column)


def new_check(review: Context, table: Table, columns: Sequence[Column], expression: str) -> AddConstraint:
    """ADD CONSTRAINT ... CHECK, with the name that PostgreSQL would give it, or a free one."""
    taken = {constraint.name for constraint in table.constraints}
    name = free_name(review, table, (*(column.name for column in columns), "check"))
    number = 0
    while name in taken:
        number += 1
        name = free_name(review, table, (*(column.name for column in columns), f"check{number}"))
    names = tuple(column.name for column in columns)
    return AddConstraint(table=table.name, constraint=Check(name=name, columns=names, expression=expression))


def living(mark: Column) -> str:
    """The condition that a row is not deleted, by the column that marks deleted ones: a flag or a time."""
    quoted = quote_identifier(mark.name)
    if base_type(mark) != "bool":
        return f"{quoted} IS NULL"
    return f"NOT {quoted}" if mark.not_null else f"{quoted} IS NOT TRUE"


def rows_where(table: Name, condition: str) -> str:
    """The query that lists the rows of a table for which `condition` holds."""
    return f"SELECT * FROM {table} WHERE {condition}"


def rows_twice(table: Name, keys: Sequence[str], *, among: str = "true") -> str:
    """The query that lists the rows `among` which another one has the same `keys` (SQL expressions); a NULL among them
    makes a row unlike any other."""
    given = " AND ".join([f"({among})", *(f"({key}) IS NOT NULL" for key in keys)])
    matched = f"SELECT {', '.join(keys)} FROM {table} WHERE {given} GROUP BY {', '.join(keys)} HAVING count(*) > 1"
    return f"SELECT * FROM {table} WHERE ({among}) AND ({', '.join(keys)}) IN ({matched})"
