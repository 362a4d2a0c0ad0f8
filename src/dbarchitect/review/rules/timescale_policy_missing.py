"""TimescaleDB's policies that are missing

## What it says

The columnstore of a hypertable is enabled, chunks are stored by row, and no policy converts them; or nothing refreshes
a continuous aggregate.

## Why it matters

Nothing happens by itself: chunks stay by row for ever, and a continuous aggregate shows what it had when it was last
refreshed or, as a real-time one, sums up ever more rows in each query.

## What would make it false

A job outside the database does it (`convert_to_columnstore`, `refresh_continuous_aggregate`).

## How to mend it

`CALL add_columnstore_policy(...)`, `SELECT add_continuous_aggregate_policy(...)`; both need the edition under the
Timescale Licence.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.series import hypertable_refs

RULE = Rule(__name__, __doc__, area="operations", certainty="likely", severity=Severity.WARNING, needs="live")

_CONVERT = frozenset({"policy_compression", "policy_columnstore"})


def check(review: Context) -> Iterator[Finding]:
    """What nobody converts, and what nobody refreshes."""
    for one, table in hypertable_refs(review):
        by_row = one.chunks - one.compressed
        if one.columnstore and by_row > 1 and _CONVERT.isdisjoint(one.policies):
            yield RULE.finding(
                table.ref,
                f"the columnstore of {table.name.short} is enabled and no policy converts its chunks: {by_row:,} of "
                f"{one.chunks:,} are stored by row",
                facts={"chunks": one.chunks, "by_row": by_row},
            )
    facts = review.schema.facts
    for one in facts.timescale.aggregates if facts is not None and facts.timescale is not None else ():
        if not one.policy or not one.scheduled:
            name = Name(schema=one.schema, name=one.name)
            why = "has no policy that refreshes it" if not one.policy else "has a policy that is switched off"
            yield RULE.finding(
                ObjectRef(kind="view", schema=one.schema, name=one.name),
                f"the continuous aggregate {name.short} {why}",
                facts={"behind_seconds": one.behind_seconds},
            )
