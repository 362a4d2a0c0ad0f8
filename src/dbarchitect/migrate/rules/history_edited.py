"""A history that is not what was run

## What it says

A migration was edited after its checksum was written, is missing, out of order, or two follow the same one.

## Why it matters

Databases that ran the old text differ from those that will run the new one.

## What would make it false

No database has run it yet.

## How to mend it

Put the old text back and write another migration; merge two heads into one line.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import ScriptSite
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef

RULE = Rule(__name__, __doc__, severity=Severity.ERROR)


def finish(end: ScriptSite) -> Iterator[Finding]:
    """What the folder's own history says about the script."""
    place = end.units[0].parsed.text.position if end.units else None
    for problem in end.script.problems:
        yield RULE.finding(ObjectRef(kind="database"), problem, place)
