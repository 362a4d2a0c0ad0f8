"""DROP INDEX that waits for every query

## What it says

A DROP INDEX without CONCURRENTLY. It takes ACCESS EXCLUSIVE on the table of the index.

## Why it matters

While it waits for the longest query on the table, every later query on the table waits behind it.

The drop itself is quick; the queue in front of it is what stops an application.

## What would make it false

The table is new in this migration or hardly used. Indexes of constraints and of partitioned tables cannot be dropped
concurrently.

## How to mend it

`DROP INDEX CONCURRENTLY`, outside a transaction, one index a statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Drop,))


def check(site: Site) -> Iterator[Finding]:
    """Each index that is dropped, where it can be dropped otherwise."""
    action = site.action
    assert isinstance(action, s.Drop)
    if action.kind != "index" or action.concurrently or action.cascade:
        return
    for name in action.names:
        table = site.picture.table_of_index(name)
        if table is None:
            if site.picture.complete:
                continue  # there is no such index
            yield RULE.finding(
                ObjectRef(kind="index", schema=name.schema or "public", name="", sub=name.name),
                f"DROP INDEX {name.name} takes ACCESS EXCLUSIVE on its table",
                site.position,
                facts={"lock": "ACCESS EXCLUSIVE"},
            )
            continue
        index = table.indexes[name.name]
        if table.kind == "partitioned" or index.constraint or site.unused(table):
            continue
        yield RULE.finding(
            site.ref(table, name.name, "index"),
            f"DROP INDEX {name.name} takes ACCESS EXCLUSIVE on {table.name.short}{site.size_of(table)}",
            site.position,
            facts={"lock": "ACCESS EXCLUSIVE", "table": str(table.name)},
        )


def fix(site: Site) -> Fix | None:
    """Each index dropped concurrently, by a statement of its own."""
    action = site.action
    assert isinstance(action, s.Drop)
    exists = "IF EXISTS " if action.if_exists else ""
    return Fix(tuple(Piece(f"DROP INDEX CONCURRENTLY {exists}{name}", apart=True) for name in action.names))
