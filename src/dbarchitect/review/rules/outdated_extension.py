"""Extension older than the server's version of it

## What it says

The server has a newer version of an installed extension than the one that this database uses. It is one note for all.

## Why it matters

The new library runs with the old SQL objects: what the new version mends or adds, security fixes among them, has not
reached this database.

After an upgrade of the server or of the package, `ALTER EXTENSION ... UPDATE` is a step of its own for every database
(pg_upgrade writes `update_extensions.sql` for it).

## What would make it false

The version is kept back on purpose, such as for a replica or a client that needs it.

## How to mend it

Read the extension's notes, then `ALTER EXTENSION ... UPDATE`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import Statements
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, quote_identifier
from dbarchitect.model.schema import Extension
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.INFO, needs="live")


def check(review: Context) -> Iterator[Finding]:
    """Extensions that an update waits for."""
    available = review.facts.available if review.facts else {}
    found = [
        _found(one, available[one.name])
        for one in review.schema.extensions
        if one.version and available.get(one.name, one.version) != one.version
    ]
    message = f"{len(found)} of {len(review.schema.extensions)} extensions are older than what the server has"
    yield from roll_up(found, message, of=len(found), many=1)


def _found(one: Extension, available: str) -> Finding:
    name = quote_identifier(one.name)
    return RULE.finding(
        ObjectRef(kind="extension", name=one.name),
        f"{name} is at {one.version}; the server has {available}",
        facts={"version": one.version, "available": available},
        fix=(Statements(sql=(f"ALTER EXTENSION {name} UPDATE",)),),
    )
