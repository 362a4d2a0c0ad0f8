"""A change of a table that is published

## What it says

A table of a publication loses or gets a column, changes a type, its primary key or its replica identity.

## Why it matters

Subscribers do not get DDL: replication stops at the first row that does not fit.

## What would make it false

The subscriber has been changed first, or nobody subscribes.

## How to mend it

What is added: the subscriber first. What is dropped: the publisher first.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(
    __name__,
    __doc__,
    on=(s.AddColumn, s.DropColumn, s.SetType, s.DropConstraint, s.ReplicaIdentity, s.Drop, s.Rename),
    severity=Severity.INFO,
)


def check(site: Site) -> Iterator[Finding]:
    """Changes of tables that are known to be published."""
    if not site.picture.publications:
        return
    what = site.command or site.action
    severity = RULE.severity
    names = [site.table.name] if site.command is not None else []
    if isinstance(what, s.Drop):
        if what.kind != "table":
            return
        names, words = [site.picture.full(one) for one in what.names], "is dropped"
    elif isinstance(what, s.Rename):
        if what.kind not in ("table", "column"):
            return
        names, words, severity = [site.picture.full(what.name)], "gets another name", Severity.WARNING
    elif isinstance(what, s.DropConstraint):
        found = site.table.constraints.get(what.name)
        if found is None or found.kind != "primary key":
            return
        words, severity = "loses the key that says which row changed", Severity.WARNING
    elif isinstance(what, s.AddColumn):
        words = f"gets {what.column.name}, which subscribers must have first"
    elif isinstance(what, s.DropColumn):
        words = f"loses {what.name}"
    elif isinstance(what, s.SetType):
        words, severity = f"has another type of {what.name}", Severity.WARNING
    else:
        words = "has another replica identity"
    for name in names:
        table = site.picture.relation(name)
        published = [one for one, tables in site.picture.publications.items() if tables is None or name in tables]
        if published and not table.fresh:
            yield RULE.finding(
                site.ref(table),
                f"{name.short} {words}, and is in the publication {published[0]}",
                site.position,
                severity=severity,
            )
