"""NOT NULL ... NOT VALID that nobody validates

## What it says

ADD CONSTRAINT ... NOT NULL ... NOT VALID (PostgreSQL 18) without a VALIDATE in the same script.

## Why it matters

pg_attribute.attnotnull and information_schema already say NOT NULL while old rows hold NULL: clients believe it.

## What would make it false

A later migration validates it.

## How to mend it

`VALIDATE CONSTRAINT` in a transaction of its own, once the old rows are filled. pg_constraint.convalidated tells the
truth.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import constraint_name
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import ScriptSite, new_constraints
from dbarchitect.model.finding import Finding, Severity

RULE = Rule(__name__, __doc__, severity=Severity.INFO, since=18)


def finish(end: ScriptSite) -> Iterator[Finding]:
    """Constraints that the script added and left so."""
    for site in end.sites:
        for name, spec in new_constraints(site.action):
            if spec.kind != "not null" or not spec.not_valid:
                continue
            before = site.picture.relation(name)
            label = constraint_name(before, spec)
            table = end.picture.get(name)
            found = table.constraints.get(label) if table else None
            if table is None or found is None or found.validated:
                continue
            yield RULE.finding(
                site.ref(table, spec.columns[0] if spec.columns else label),
                f"{', '.join(spec.columns)} counts as NOT NULL everywhere, and {label} is not validated in this script",
                site.position,
            )
