"""A new enum type

## What it says

CREATE TYPE ... AS ENUM.

## Why it matters

Values can be added and renamed, never removed or reordered without making the type anew.

## What would make it false

The values are fixed by nature.

## How to mend it

A lookup table, or text with a CHECK.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateEnum,), severity=Severity.INFO, default=False)


def check(site: Site) -> Iterator[Finding]:
    """The type."""
    action = site.action
    assert isinstance(action, s.CreateEnum)
    at = ObjectRef(kind="type", schema=action.name.schema or "public", name=action.name.name)
    yield RULE.finding(at, f"{action.name.name} is an enum of {len(action.labels)} values", site.position)
