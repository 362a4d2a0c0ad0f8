"""A foreign key whose columns have no index

## What it says

A new foreign key whose referencing columns are not the first columns of any index of the table when the script ends.
A partial index does not count.

## Why it matters

Each DELETE or key UPDATE in the parent reads the whole child table, and holds its locks meanwhile.

## What would make it false

Parents are never deleted and their keys never change, or the child stays small.

## How to mend it

An index on the referencing columns, built concurrently.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import constraint_name
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import ScriptSite, new_constraints
from dbarchitect.model.finding import Finding, Severity

RULE = Rule(__name__, __doc__, severity=Severity.INFO)


def finish(end: ScriptSite) -> Iterator[Finding]:
    """Foreign keys that the script made, against the indexes that are there at its end."""
    for site in end.sites:
        for name, spec in new_constraints(site.action):
            if spec.kind != "foreign key":
                continue
            table = end.picture.get(name)
            if table is None or not (table.known or table.fresh) or not spec.columns:
                continue
            wanted = set(spec.columns)
            if any(
                not index.partial and index.method in ("btree", "hash") and set(index.keys[: len(wanted)]) == wanted
                for index in table.indexes.values()
            ):
                continue
            label = constraint_name(site.picture.relation(name), spec)
            yield RULE.finding(
                site.ref(table, label, "constraint"),
                f"no index of {table.name.short} begins with {', '.join(spec.columns)}, which {label} references from",
                site.position_at(spec.at),
            )
