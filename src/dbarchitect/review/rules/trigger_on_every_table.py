"""A trigger on nearly every table

## What it says

One trigger function runs on at least five tables and 80 % of those of a schema: audit, change time, notification,
replication by triggers. It is one finding, a thing to know. A row trigger that runs for each statement's every row is
counted.

## Why it matters

Every write of every table pays for it, bulk loads most of all, and a fault in that one function stops them all.

A row trigger in PL/pgSQL costs about a microsecond and more a row; COPY and restore run it too.

## What would make it false

It is what is wanted, and its cost is known.

## How to mend it

Nothing at once. For an audit, consider a statement trigger with transition tables, or logical decoding, which adds
nothing to the write; restore with `session_replication_role = replica` where the trigger must not run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import MANY, SHARE

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """Trigger functions that run nearly everywhere, schema by schema."""
    tables: dict[str, int] = defaultdict(int)
    runs: dict[tuple[str, str], list[Table]] = defaultdict(list)
    for table in review.tables:
        tables[table.name.schema] += 1
        for function in {one.function for one in table.triggers if one.for_each_row and one.enabled != "disabled"}:
            runs[table.name.schema, function].append(table)
    functions = {
        f"{one.name}({one.identity})": ObjectRef(
            kind="function", schema=one.name.schema, name=f"{one.name.name}({one.identity})"
        )
        for one in review.schema.functions
    }
    for (schema, function), found in sorted(runs.items()):
        if len(found) < max(MANY, SHARE * tables[schema]):
            continue
        yield RULE.finding(
            functions.get(function, ObjectRef(kind="function", name=function)),  # one of an extension has no other name
            f"{function} runs for every row written in {len(found)} of {tables[schema]} tables of {schema}",
            also=[table.ref for table in found],
            facts={"tables": len(found), "of": tables[schema]},
        )
