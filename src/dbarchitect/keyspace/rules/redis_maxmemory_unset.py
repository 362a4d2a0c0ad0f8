"""No limit of memory

## What it says

`maxmemory` is 0: the server takes what it needs until the machine has no more.

## Why it matters

At the end stands the kernel, which ends the process; before it stands swap, which makes every command slow. With a
limit the server evicts, or refuses writes with an error that can be handled.

## What would make it false

The keys are few and cannot grow, or a container's limit is watched and never reached.

## How to mend it

Give three quarters of the machine's memory at most: copies on write while saving, buffers and fragmentation come on
top. `dba cache SOURCE --workload W` predicts what a cache needs. Then choose `maxmemory-policy`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import SERVER, Rule
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, ask=("CONFIG GET maxmemory", "INFO memory"))


def check(space: Keyspace) -> Iterator[Finding]:
    """A limit of 0."""
    if space.maxmemory != 0 or space.upstash:  # there the plan is the limit
        return
    used, machine = space.number("used_memory") or 0.0, space.number("total_system_memory") or 0.0
    of = f" of the machine's {size_text(machine)}" if machine else ""
    yield RULE.finding(
        SERVER,
        f"maxmemory is not set; {size_text(used)}{of} are used",
        facts={"used_memory": int(used), "total_system_memory": int(machine)},
        fix=(f"CONFIG SET maxmemory {int(machine * 0.75)}",) if machine else (),
    )
