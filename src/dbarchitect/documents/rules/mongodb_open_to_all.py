"""A MongoDB server that is open to all

## What it says

The server let somebody without a user look at its data.

## Why it matters

Whoever reaches the port reads, changes and drops everything; open servers are found and emptied by machines.

## What would make it false

It listens on this machine alone, for development.

## How to mend it

Create a user, then start the server with `security.authorization: enabled`, and bind it to the addresses that need it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import SERVER, Rule
from dbarchitect.model.documents import Documents
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, needs=("access",))


def check(look: Documents) -> Iterator[Finding]:
    """A server without users."""
    if look.open and look.collections:
        yield RULE.finding(
            SERVER,
            f"{look.source} lets anybody in: without a user {look.documents:,} documents in "
            f"{len(look.collections):,} collections can be read",
            facts={"collections": len(look.collections), "documents": look.documents},
            ask=("db.runCommand({connectionStatus: 1}).authInfo.authenticatedUsers",),
        )
