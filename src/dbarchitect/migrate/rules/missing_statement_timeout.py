"""No statement_timeout

## What it says

A script that takes locks which block others sets neither statement_timeout nor transaction_timeout.

## Why it matters

A statement that takes longer than anybody thought holds its lock as long.

## What would make it false

The role or the tool sets one.

## How to mend it

`SET statement_timeout = '5min'`, and 0 for what is known to take long and blocks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.script import is_marked
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.plan import LOCKS
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AlterTable, s.CreateIndex, s.Drop), severity=Severity.INFO, default=False)


def check(site: Site) -> Iterator[Finding]:
    """The first strong lock of the script."""
    if site.passage.exclusive or site.passage.statement_timeout not in (None, "0") or is_marked(site.script.text):
        return
    strong = [one for one in site.effects_here("lock") if one.lock and LOCKS.index(one.lock) >= LOCKS.index("SHARE")]
    if strong:
        table = site.picture.relation(strong[0].table)
        yield RULE.finding(
            site.ref(table), f"takes {strong[0].lock} on {table.name.short} without a statement_timeout", site.position
        )
