"""A key of four bytes

## What it says

A new table whose primary key is smallint, integer or serial.

## Why it matters

It ends at 2,147,483,647, and changing it later rewrites the table and its children under a lock.

## What would make it false

The table cannot get that many rows, counting those that are deleted.

## How to mend it

`bigint GENERATED ALWAYS AS IDENTITY`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site, new_constraints
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateTable,), severity=Severity.INFO)
_ENDS: dict[str, str] = dict.fromkeys(("int2", "smallserial", "serial2"), "32,767")
_SMALL = frozenset(("int2", "int4", "smallserial", "serial", "serial2", "serial4"))


def check(site: Site) -> Iterator[Finding]:
    """The key of a new table, where it is one column that counts."""
    action = site.action
    assert isinstance(action, s.CreateTable)
    table = site.picture.relation(action.table)
    keys = [spec.columns for _, spec in new_constraints(action) if spec.kind == "primary key"]
    for column in action.columns:
        counts = column.identity or column.type.is_serial or (column.default is not None)
        if (column.name,) in keys and column.type.name in _SMALL and (counts or action.temporary is False):
            if any(spec.kind == "foreign key" for spec in column.constraints):
                continue  # it is as large as what it references
            yield RULE.finding(
                site.ref(table, column.name),
                f"{column.name} is {column.type}: it ends at {_ENDS.get(column.type.name, '2,147,483,647')}",
                site.position_at(column.at),
            )
