"""A name that PostgreSQL cuts

## What it says

An identifier of more than 63 bytes.

## Why it matters

PostgreSQL cuts it, with a notice alone: two long names may become the same one, and tools look for the whole one.

## What would make it false

The server was built with a larger NAMEDATALEN.

## How to mend it

A shorter name, also for what tools derive from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import ScriptSite
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s
from dbarchitect.sql.spans import long_identifiers

RULE = Rule(__name__, __doc__)


# Where every character is a byte, a look is enough for what has no such name.
_LONG = re.compile(r"[\w$]{64}|\"[^\"]{64}")


def finish(end: ScriptSite) -> Iterator[Finding]:
    """Names in the text of each statement."""
    for unit in end.units:
        statement = unit.parsed.text
        if isinstance(unit.action, s.Do | s.CreateFunction):
            continue
        if statement.sql.isascii() and not _LONG.search(statement.sql):
            continue
        for name, at in long_identifiers(statement.sql):
            yield RULE.finding(
                ObjectRef(kind="database"),
                f"{name[:30]}... has {len(name.encode())} bytes and is cut to 63",
                statement.at(len(statement.sql[:at].encode())),
                facts={"bytes": len(name.encode())},
            )
