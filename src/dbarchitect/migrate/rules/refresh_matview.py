"""REFRESH that blocks readers

## What it says

REFRESH MATERIALIZED VIEW without CONCURRENTLY.

## Why it matters

Nobody reads the view until its query has run.

## What would make it false

Nobody reads it meanwhile, or the query is quick.

## How to mend it

`REFRESH MATERIALIZED VIEW CONCURRENTLY`, which needs a unique index on plain columns; it may run in a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.RefreshView,))


def check(site: Site) -> Iterator[Finding]:
    """The view, unless it is new here."""
    action = site.action
    assert isinstance(action, s.RefreshView)
    view = site.picture.relation(action.name)
    if action.concurrently or view.fresh or not action.with_data:
        return
    severity, words, facts = site.burden(RULE.severity, view, "rewrite", "ACCESS EXCLUSIVE")
    yield RULE.finding(
        ObjectRef(kind="view", schema=view.name.schema, name=view.name.name),
        f"REFRESH {words}: readers wait for the view's query",
        site.position,
        severity=severity,
        facts=facts,
    )


def fix(site: Site) -> Fix | None:
    """Concurrently, where a unique index is known."""
    action = site.action
    assert isinstance(action, s.RefreshView)
    view = site.picture.relation(action.name)
    if not any(one.unique and one.plain and one.valid for one in view.indexes.values()):
        return None
    sql = re.sub(r"^(REFRESH\s+MATERIALIZED\s+VIEW)\b", r"\1 CONCURRENTLY", site.sql, count=1, flags=re.I)
    return Fix((Piece(sql),))
