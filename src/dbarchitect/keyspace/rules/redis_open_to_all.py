"""Server lets anybody in

## What it says

The default user needs no password, protected mode is off, and the server listens on more than this machine: whoever
reaches the port reads, writes and configures. It is a warning where the server listens on its own machine alone or
protected mode still keeps others out.

## Why it matters

Open servers are found by scans within hours; CONFIG SET and MODULE LOAD then write files and run code on the machine.

## What would make it false

A firewall or a private network lets only the application reach the port. That is one mistake away from open.

## How to mend it

`ACL SETUSER` for the application with the commands that it needs, a password for the default user (`requirepass`) or
`ACL SETUSER default off`, `bind` to the addresses that are meant, TLS for what leaves the machine.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import SERVER, Rule
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(
    __name__,
    __doc__,
    severity=Severity.ERROR,
    needs=("access", "config"),
    ask=("ACL GETUSER default", "CONFIG GET bind", "CONFIG GET protected-mode"),
)

_LOCAL = frozenset(("127.0.0.1", "::1", "localhost"))


def check(space: Keyspace) -> Iterator[Finding]:
    """The default user without a password."""
    if not space.open:
        return
    addresses = [one.lstrip("-") for one in space.config.get("bind", "").split()]
    local = bool(addresses) and set(addresses) <= _LOCAL
    protected = space.config.get("protected-mode") == "yes"
    where = f"listens on {' '.join(addresses) or 'every address'}, protected mode {'on' if protected else 'off'}"
    yield RULE.finding(
        SERVER,
        f"anybody who reaches the port is let in without a password ({where})",
        severity=Severity.WARNING if local or protected else Severity.ERROR,
        facts={"bind": " ".join(addresses), "protected_mode": protected},
        fix=("ACL SETUSER default >PASSWORD", "CONFIG REWRITE"),
    )
