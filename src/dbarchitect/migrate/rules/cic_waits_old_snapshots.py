"""CONCURRENTLY waits for transactions that are already open

## What it says

An index is built, dropped or rebuilt concurrently, or a partition detached concurrently.

## Why it matters

It waits for every transaction that is older, in any table: one idle in transaction holds it up for as long.

While it waits it holds SHARE UPDATE EXCLUSIVE, so other DDL and VACUUM on the table wait too.

## What would make it false

Nothing keeps transactions open for long: no batch jobs, no prepared transactions, no sessions left idle in a
transaction.

## How to mend it

Look first: `SELECT pid, now() - xact_start, state, query FROM pg_stat_activity WHERE xact_start < now() - interval '1
min'`, and `pg_prepared_xacts`; set `idle_in_transaction_session_timeout`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(
    __name__, __doc__, on=(s.CreateIndex, s.Drop, s.Reindex, s.DetachPartition), severity=Severity.INFO, default=False
)


def check(site: Site) -> Iterator[Finding]:
    """Any concurrent statement."""
    what = site.command or site.action
    if not getattr(what, "concurrently", False):
        return
    name = getattr(site.action, "table", None)
    at = site.ref(site.picture.relation(name)) if isinstance(name, Name) else ObjectRef(kind="database")
    yield RULE.finding(at, "waits for all transactions that began before it, in every table", site.position)
