"""Table that everything refers to

## What it says

Far more foreign keys refer to one table than to any ordinary table of the schema: at least 15, and more than three
times the spread between the quarters above the upper quarter (Tukey's outer fence). The tables of users, tenants and
other owners, to which all refer by nature, are left out, as are lists of codes.

## Why it matters

A delete there looks into every referring table, and its definition cannot change without touching them all.

Each foreign key is a trigger that runs for every deleted row. A table that is so much to so many is often several
things in one.

## What would make it false

It is the centre of what the schema is about, and is never deleted from.

## How to mend it

Nothing at once. See whether its columns fall into groups that different tables use, and whether each referring table
means the same thing by it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import OWNERS

RULE = Rule(__name__, __doc__, area="structure", certainty="likely", severity=Severity.INFO)

_FEWEST = 15
_FENCE = 3.0  # Tukey, "Exploratory Data Analysis", 1977: "far out"
_OWNERS = OWNERS | frozenset({"user", "person", "people", "member", "profile", "employee", "identity", "party"})


def check(review: Context) -> Iterator[Finding]:
    """Tables with far more references than the others."""
    degrees = {table.name: len(review.references(table)) for table in review.tables}
    if len(degrees) <= _FEWEST:
        return  # so many cannot refer to one of them
    lower, _, upper = statistics.quantiles(degrees.values(), n=4)
    fence = max(_FEWEST, upper + _FENCE * (upper - lower))
    for table in review.tables:
        degree = degrees[table.name]
        named = {singular(word) for word in words(table.name.name)}
        if degree <= fence or review.is_lookup(table) or not _OWNERS.isdisjoint(named):
            continue
        yield RULE.finding(
            table.ref,
            f"{degree} foreign keys refer to {table.name.short}; to most tables at most {upper:.0f} do",
            also=[reference.table.ref for reference in review.references(table)],
            facts={"references": degree, "fence": round(fence, 1)},
        )
