"""A name that has to be quoted

## What it says

A new table, column, index or constraint whose name is not lower_case_with_underscores.

## Why it matters

Such names must be written in double quotes in every query, in exactly that spelling.

## What would make it false

A tool writes all queries.

## How to mend it

lower_case_with_underscores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site, new_columns, new_constraints
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, quote_identifier
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateTable, s.AlterTable, s.CreateIndex), severity=Severity.INFO, default=False)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def check(site: Site) -> Iterator[Finding]:
    """Each name that the statement makes."""
    action = site.action
    table = site.picture.relation(getattr(action, "table"))  # noqa: B009
    made: list[tuple[ObjectRef, str, int]] = []
    if isinstance(action, s.CreateTable):
        made.append((site.ref(table), table.name.name, -1))
    if isinstance(action, s.CreateIndex) and action.name:
        made.append((site.ref(table, action.name, "index"), action.name, -1))
    made += [(site.ref(table, one.name), one.name, one.at) for _, one in new_columns(action)]
    made += [
        (site.ref(table, one.name, "constraint"), one.name, one.at) for _, one in new_constraints(action) if one.name
    ]
    for at, name, offset in made:
        if not _PLAIN.fullmatch(name):
            yield RULE.finding(at, f"{quote_identifier(name)} has to be quoted", site.position_at(offset))
