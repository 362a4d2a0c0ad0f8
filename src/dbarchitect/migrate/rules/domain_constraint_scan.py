"""A constraint on a domain that tables use

## What it says

ALTER DOMAIN ... ADD CONSTRAINT without NOT VALID, VALIDATE CONSTRAINT or SET NOT NULL.

## Why it matters

SHARE on every table with a column of the domain blocks their writers while all their rows are checked.

## What would make it false

No table uses the domain yet, or all that do are small.

## How to mend it

ADD CONSTRAINT ... NOT VALID is done at once; its VALIDATE still blocks writers of those tables, so plan it for a
quiet hour. A CHECK on each table can be validated while writers go on.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AlterDomain,))


def check(site: Site) -> Iterator[Finding]:
    """The tables whose columns are checked."""
    action = site.action
    assert isinstance(action, s.AlterDomain)
    spec = action.constraint
    if action.how not in ("add constraint", "validate", "set not null") or (
        action.how == "add constraint" and (spec is None or spec.not_valid)
    ):
        return
    at = ObjectRef(kind="domain", schema=action.name.schema or "public", name=action.name.name)
    known = any(one in site.picture.domains for one in site.picture.in_path(action.name))
    tables = sorted({one.table for one in site.effects_here("scan")})
    if known or site.picture.complete:
        if not tables:
            return
        named = ", ".join(one.short for one in tables[:5]) + (" and more" if len(tables) > 5 else "")
        severities = [site.weigh(RULE.severity, site.picture.relation(one), "scan")[0] for one in tables]
        severity = max(severities, key=lambda one: one.rank)
    else:
        named, severity = "every table that uses the domain", RULE.severity
    yield RULE.finding(
        at,
        f"ALTER DOMAIN takes SHARE on {named} for a scan",
        site.position,
        severity=severity,
        facts={"lock": "SHARE", "tables": len(tables)},
    )
