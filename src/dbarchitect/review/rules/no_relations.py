"""Tables without any foreign key

## What it says

Tables of things (with a primary key and more than a few columns) refer to no other table, and none refers to them. It
is one finding. Left out are lists of codes, events, and what stands alone by nature: settings, queues, locks, caches,
sessions. Where a schema of five tables or more has no foreign key at all, that is a policy, and the finding says so
once.

## Why it matters

A reference that is not declared is not kept: rows that point at nothing gather unseen.

Tools that draw, anonymise, subset or generate data know a schema by its foreign keys alone. Of 42 real schemas 39 had
such tables, 614 of them, many by policy.

## What would make it false

The tables really stand alone, or their references are kept elsewhere on purpose, such as across shards.

## How to mend it

Declare what is meant: `ADD FOREIGN KEY ... NOT VALID` at once, `VALIDATE CONSTRAINT` later; neither blocks writes for
long.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE, roll_up
from dbarchitect.review.vocabulary import COPIES, STANDALONE, is_event_like

RULE = Rule(
    __name__,
    __doc__,
    area="structure",
    severity=Severity.INFO,
    certainty="possible",
    yields_to=("missing-foreign-key",),
)

_POLICY = 5  # tables; fewer say nothing about how a schema is made
_FEWEST_COLUMNS = 3


def check(review: Context) -> Iterator[Finding]:
    """Tables that take no part in any foreign key."""
    if not any(table.foreign_keys for table in review.all_tables):
        if len(review.tables) >= _POLICY:
            yield RULE.finding(
                DATABASE,
                f"none of the {len(review.tables)} tables has a foreign key: are references kept somewhere else?",
                also=[table.ref for table in review.tables],
                facts={"found": len(review.tables), "of": len(review.tables)},
                asks=True,
            )
        return
    things = [table for table in review.tables if _is_thing(review, table)]
    found = [
        RULE.finding(
            table.ref,
            f"{table.name.short} refers to nothing and nothing refers to it: does it stand alone?",
            asks=True,
        )
        for table in things
        if not table.foreign_keys and not review.references(table)
    ]
    message = f"{len(found)} of {len(things)} tables of things refer to nothing and nothing refers to them"
    yield from roll_up(found, message, of=len(things), share=0, many=1)


def _is_thing(review: Context, table: Table) -> bool:
    named = set(words(table.name.name))
    return (
        table.primary_key is not None
        and len(table.columns) >= _FEWEST_COLUMNS
        and not table.inherits
        and not review.is_lookup(table)
        and not is_event_like(table.name.name)
        and STANDALONE.isdisjoint(named)
        and COPIES.isdisjoint(named)
    )
