"""ALTER TYPE RENAME VALUE

## What it says

A value of an enum is renamed.

## Why it matters

Running code that writes or compares the old value fails at once.

## What would make it false

No running code knows the value.

## How to mend it

Add the new value, write it, move the rows over in batches, and leave the old one unused.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.RenameEnumValue,))


def check(site: Site) -> Iterator[Finding]:
    """The value."""
    action = site.action
    assert isinstance(action, s.RenameEnumValue)
    yield RULE.finding(
        ObjectRef(kind="type", schema=action.type.schema or "public", name=action.type.name),
        f"code that uses {action.old!r} of {action.type.name} breaks: it is {action.new!r} from now on",
        site.position,
    )
