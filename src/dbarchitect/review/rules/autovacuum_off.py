"""Autovacuum switched off

## What it says

A table has `autovacuum_enabled = false`. Partitions are named with their root. Of the server itself the rule
`server-without-autovacuum` speaks.

## Why it matters

Dead rows are never reclaimed and statistics never renewed: the table grows and its plans are made from old figures.

The documentation says of the storage parameter: "Note that autovacuum will always run when needed to prevent
transaction ID wraparound": the work that was put off comes anyway, at once and at a time that nobody chose.

## What would make it false

A job outside vacuums and analyses the table on a schedule, for example one that is filled and emptied in bulk.

## How to mend it

Reset the parameter. Where autovacuum disturbs, make it slower or more frequent (`autovacuum_vacuum_cost_delay`,
`autovacuum_vacuum_scale_factor`), not absent.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AlterTable
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.mending import without_options
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.WARNING, harms_by="writes")

_OFF = frozenset({"false", "off", "no", "0", "f", "n", "of", "fa", "fal", "fals"})
_OPTION = "autovacuum_enabled"


def check(review: Context) -> Iterator[Finding]:
    """Tables that autovacuum passes by."""
    for table in review.tables:
        found = [one for one in (table, *_below(review, table)) if _is_off(one)]
        if found:
            rest = "" if len(found) == 1 else f" and {len(found) - 1} more of its tree"
            yield RULE.finding(
                table.ref,
                f"{found[0].name.short}{rest} has autovacuum switched off",
                also=[one.ref for one in found if one is not table],
                facts={"tables": len(found)},
                fix=[AlterTable(before=one, after=without_options(one, _OPTION)) for one in found],
            )


def _below(review: Context, table: Table) -> Iterator[Table]:
    for child in review.partitions.get(table.name, ()):
        yield child
        yield from _below(review, child)


def _is_off(table: Table) -> bool:
    return table.options.get(_OPTION, "true").lower() in _OFF
