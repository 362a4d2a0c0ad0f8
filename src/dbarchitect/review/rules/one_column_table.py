"""Table of one column, or of none

## What it says

A table has no column, or a single one and nothing refers to it. A single column that is a key counts as a list and is
left out where its name says so, as with locks, versions and blocked words.

## Why it matters

It is usually a leftover of an experiment or a placeholder, and stays for ever because nobody dares to drop it.

## What would make it false

It is a list that code asks ("is this word in it?"), or a lock or marker on purpose.

## How to mend it

Ask who reads it; drop it, or say in its comment what it is for.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="structure", severity=Severity.INFO, certainty="possible")

_BY_NATURE = frozenset(
    """
    lock locks lookup version versions list allowlist denylist whitelist blacklist blocklist blocked banned reserved
    words domains numbers calendar dates queue marker leader singleton sequence schema migration migrations
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """Tables with at most one column."""
    for table in review.tables:
        if len(table.columns) > 1 or table.inherits or table.kind == "partitioned" or review.references(table):
            continue
        keyed = bool(table.columns) and any(index.unique for index in table.indexes)
        if (keyed and not _BY_NATURE.isdisjoint(words(table.name.name))) or table.comment:
            continue
        what = f"the single column {table.columns[0].name}" if table.columns else "no column"
        yield RULE.finding(
            table.ref,
            f"{table.name.short} has {what}, and nothing refers to it: is it still needed?",
            facts={"columns": len(table.columns)},
            asks=True,
        )
