"""CREATE, ALTER or DROP EXTENSION

## What it says

An extension is created, updated or dropped.

## Why it matters

It may need a superuser, the version differs between servers, and dropping one takes its types along.

## What would make it false

Every server that runs this has the extension, and the role may create it.

## How to mend it

Create extensions when a server is set up, not in migrations of an application.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateExtension, s.Drop), severity=Severity.INFO, default=False)


def check(site: Site) -> Iterator[Finding]:
    """The extension."""
    action = site.action
    if isinstance(action, s.CreateExtension):
        if not action.alter and action.name in site.picture.extensions:
            return
        verb = "updates" if action.alter else "creates"
        at = ObjectRef(kind="extension", name=action.name)
        yield RULE.finding(at, f"{verb} the extension {action.name}", site.position)
    elif isinstance(action, s.Drop) and action.kind == "extension":
        for one in action.names:
            at = ObjectRef(kind="extension", name=one.name)
            yield RULE.finding(at, f"drops the extension {one.name}", site.position, severity=Severity.WARNING)
