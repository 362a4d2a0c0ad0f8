"""BEGIN without COMMIT

## What it says

A BEGIN that no COMMIT or ROLLBACK follows.

## Why it matters

The session ends and everything since BEGIN is rolled back, without an error.

## What would make it false

The tool commits after the script.

## How to mend it

COMMIT at the end.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import ScriptSite
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, severity=Severity.ERROR)


def finish(end: ScriptSite) -> Iterator[Finding]:
    """The last BEGIN, if it stays open."""
    begun = None
    for unit in end.units:
        action = unit.action
        if isinstance(action, s.Transaction) and action.kind != "other":
            begun = unit if action.kind == "begin" else None
    if begun is not None:
        yield RULE.finding(
            ObjectRef(kind="database"), "BEGIN without COMMIT: what follows is rolled back", begun.parsed.text.position
        )
