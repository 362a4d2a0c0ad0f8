"""ADD VALUE without a place

## What it says

ALTER TYPE ... ADD VALUE without BEFORE or AFTER.

## Why it matters

The value comes last: databases that got their values in another order sort differently.

## What would make it false

The order of values means nothing.

## How to mend it

`ADD VALUE 'x' AFTER 'y'`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddEnumValue,), severity=Severity.INFO, default=False)


def check(site: Site) -> Iterator[Finding]:
    """The value."""
    action = site.action
    assert isinstance(action, s.AddEnumValue)
    if not action.placed:
        at = ObjectRef(kind="type", schema=action.type.schema or "public", name=action.type.name)
        yield RULE.finding(at, f"{action.value!r} is put last in {action.type.name}", site.position)
