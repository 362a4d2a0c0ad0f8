"""A migration without a way back

## What it says

A folder has no way back for this migration.

## Why it matters

When the release fails there is nothing to run.

## What would make it false

You only ever go forward, and restore a backup if need be.

## How to mend it

Write the down script: `dba migrate new` writes both.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import ScriptSite
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef

RULE = Rule(__name__, __doc__, severity=Severity.INFO, default=False)


def finish(end: ScriptSite) -> Iterator[Finding]:
    """The script, where its folder says that there is none."""
    if end.script.reversible is False and end.units:
        yield RULE.finding(
            ObjectRef(kind="database"), "there is no way back from this migration", end.units[0].parsed.text.position
        )
