"""Commands that walk through everything

## What it says

KEYS was run, or FLUSHALL, FLUSHDB or DEBUG, since the server's start (INFO commandstats).

## Why it matters

KEYS goes through every key while all other clients wait: about a second for a few million keys.

## What would make it false

A person ran it once, at a quiet time.

## How to mend it

SCAN in its place; `ACL SETUSER app -keys -@dangerous` keeps the application from it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import SERVER, Rule
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, needs=("commands",), ask=("INFO commandstats",))

_SLOW = ("keys", "flushall", "flushdb", "debug")


def check(space: Keyspace) -> Iterator[Finding]:
    """Calls of them."""
    for name in _SLOW:
        calls = sum(n for command, n in space.commands.items() if command.partition("|")[0] == name)
        if not calls:
            continue
        yield RULE.finding(
            SERVER,
            f"{name.upper()} was run {'once' if calls == 1 else f'{calls:,} times'}: over {space.keys:,} keys now",
            severity=Severity.WARNING if name == "keys" else Severity.INFO,
            facts={"command": name, "calls": calls, "keys": space.keys},
        )
