"""UPDATE that sets a column twice

## What it says

An UPDATE assigns to the same column twice.

## Why it matters

PostgreSQL refuses it, so the migration fails.

## What would make it false

The two assign to different elements or fields of the column.

## How to mend it

Leave one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Update,), severity=Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """The columns of the SET list."""
    action = site.action
    assert isinstance(action, s.Update)
    for column in sorted({one for one in action.columns if action.columns.count(one) > 1}):
        if re.search(rf"\b{re.escape(column)}\"?\s*[\[.]", site.sql):
            continue  # elements or fields
        table = site.picture.relation(action.table)
        yield RULE.finding(site.ref(table, column), f"{column} is assigned twice", site.position)
