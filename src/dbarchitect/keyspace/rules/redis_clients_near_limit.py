"""Connections near their limit

## What it says

Four fifths of `maxclients` are connected, or connections have been refused for it since the start.

## Why it matters

The next client is turned away with an error: usually during a peak, when pools grow.

## What would make it false

A test of load; the counter of refusals is as old as the server's start.

## How to mend it

Pools with an upper bound in the clients; `timeout` and `tcp-keepalive` close what nobody uses; then a higher
`maxclients` (and limit of open files).
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import SERVER, Rule
from dbarchitect.model.finding import Finding
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, ask=("INFO clients", "INFO stats", "CONFIG GET maxclients", "CONFIG GET timeout"))

_SHARE = 0.8


def check(space: Keyspace) -> Iterator[Finding]:
    """Many clients, or refused ones."""
    connected = space.number("connected_clients") or 0.0
    most = space.number("maxclients") or space.setting("maxclients") or 0
    refused = space.number("rejected_connections") or 0.0
    if not most or (connected < _SHARE * most and not refused):
        return
    idle = " and idle ones are never closed (timeout 0)" if space.setting("timeout") == 0 else ""
    past = f"; {refused:,.0f} were refused since the start" if refused else ""
    yield RULE.finding(
        SERVER,
        f"{connected:,.0f} of {most:,.0f} possible clients are connected{past}{idle}",
        facts={"connected": int(connected), "maxclients": int(most), "refused": int(refused)},
    )
