"""Invalid index

## What it says

An index is marked invalid or not ready: a `CREATE INDEX CONCURRENTLY` or `REINDEX CONCURRENTLY` failed or was
cancelled. An index on a partitioned table is not reported: made with `ON ONLY` it is invalid until the last
partition's index is attached. One that a session is building at this moment (`pg_stat_progress_create_index`) is not
reported either.

## Why it matters

The planner never uses it, yet every write still maintains it; an invalid unique index also does not guarantee that
the rows before it are unique.

The documentation of `CREATE INDEX` ("Building Indexes Concurrently") says that such an index is "ignored for querying
purposes because it might be incomplete; however it will still consume update overhead".

## What would make it false

The index is being built right now: a schema read without live facts does not show that.

## How to mend it

Rebuild it with `REINDEX INDEX CONCURRENTLY`; a left-over of `REINDEX CONCURRENTLY` (its name ends in `_ccnew` or
`_ccold`) is dropped instead. A unique index will only build once the duplicate rows are gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.change import DropIndex, Reindex
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="indexes", severity=Severity.ERROR)

_LEFT_OVER = re.compile(r"_cc(?:new|old)\d*\Z")  # PostgreSQL's ChooseRelationName in ReindexRelationConcurrently


def check(review: Context) -> Iterator[Finding]:
    """Indexes that a failed build left behind."""
    for table in review.all_tables:
        if table.kind == "partitioned":
            continue
        for index in table.indexes:
            own = review.facts.indexes.get(str(index.name)) if review.facts else None
            if (index.valid and index.ready) or (own is not None and own.building):
                continue
            left_over = _LEFT_OVER.search(index.name.name) is not None and index.constraint is None
            state = "invalid" if index.ready else "not ready"
            promise = ", and does not keep its rows unique" if index.unique else ""
            yield RULE.finding(
                index_ref(index),
                f"{index.name.name} on {table.name.short} is {state}: no query uses it, writes pay for it{promise}",
                facts={"valid": index.valid, "ready": index.ready, "bytes": review.index_bytes(index)},
                fix=(DropIndex(index=index) if left_over else Reindex(index=index),),
            )
