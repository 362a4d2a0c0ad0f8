"""A strong lock without lock_timeout

## What it says

A statement takes a lock that blocks others, and lock_timeout was not set before it, or to 0, or to more than ten
seconds.

## Why it matters

Queued behind one long query, the statement stops every later query on the table for as long.

## What would make it false

The role or the tool sets it (`dba migrate apply` does, with retries).

## How to mend it

`SET lock_timeout = '2s'` at the top of the script, and run it again when it gives up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.script import is_marked
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.plan import LOCKS
from dbarchitect.sql import statements as s

RULE = Rule(
    __name__,
    __doc__,
    on=(
        *(s.AlterTable, s.CreateTable, s.CreateIndex, s.Drop, s.Rename, s.SetSchema, s.CreateTrigger, s.CreatePolicy),
        *(s.CreateRule, s.Truncate, s.LockTables, s.Reindex, s.RefreshView, s.AlterDomain),
    ),
    severity=Severity.INFO,
)
_LONG_MS = 10_000.0
_UNITS = {"us": 0.001, "ms": 1.0, "": 1.0, "s": 1000.0, "min": 60_000.0, "h": 3.6e6, "d": 8.64e7}


def check(site: Site) -> Iterator[Finding]:
    """The first strong lock of the script."""
    if site.passage.exclusive or is_marked(site.script.text):
        return
    strong = [one for one in site.effects_here("lock") if one.lock and LOCKS.index(one.lock) >= LOCKS.index("SHARE")]
    if not strong:
        return
    table = site.picture.relation(strong[0].table)
    set_to = site.passage.lock_timeout
    milliseconds = _milliseconds(set_to) if set_to is not None else None
    if milliseconds is None:
        words = "without a lock_timeout"
    elif milliseconds == 0:
        words = "with a lock_timeout of 0, which is none"
    elif milliseconds > _LONG_MS:
        words = f"with a lock_timeout of {set_to}: as long may everybody else wait"
    else:
        return
    yield RULE.finding(site.ref(table), f"waits for {strong[0].lock} on {table.name.short} {words}", site.position)


def _milliseconds(text: str) -> float | None:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text)
    return float(found[1]) * _UNITS[found[2]] if found and found[2] in _UNITS else None


def fix(site: Site) -> Fix | None:
    """Set at the top of the script."""
    if site.passage.lock_timeout is not None or site.script.pooler == "named":
        return None  # behind a pooler SET protects nothing, and stays with others
    return Fix((Piece("SET lock_timeout = '2s'"), Piece(site.units[0].parsed.text.sql)), statement=0)
