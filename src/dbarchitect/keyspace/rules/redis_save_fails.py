"""Saving to disk fails

## What it says

The last snapshot, or the last rewrite or write of the log, failed (INFO persistence).

## Why it matters

A restart would bring back old data. With `stop-writes-on-bgsave-error yes`, the default, writes are refused until a
snapshot succeeds.

## What would make it false

The cause has been mended and the next save is still to come.

## How to mend it

The server's log names the cause: a full disk, no right to the folder, no memory to fork (`vm.overcommit_memory`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import SERVER, Rule
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, severity=Severity.ERROR, ask=("INFO persistence",))

_FIELDS = ("rdb_last_bgsave_status", "aof_last_bgrewrite_status", "aof_last_write_status")


def check(space: Keyspace) -> Iterator[Finding]:
    """A status that is not ok."""
    for name in _FIELDS:
        status = space.info.get(name, "ok")
        if status == "ok":
            continue
        stops = space.config.get("stop-writes-on-bgsave-error") == "yes" and name.startswith("rdb")
        yield RULE.finding(
            SERVER,
            f"{name} is {status}" + (": writes are refused (stop-writes-on-bgsave-error)" if stops else ""),
            facts={name: status},
        )
