"""Functions that TimescaleDB's Apache edition refuses

## What it says

The server runs TimescaleDB under `timescaledb.license = apache`, and a function, procedure or view calls what is under
the Timescale Licence: gapfill, policies, the columnstore, refreshing of continuous aggregates.

## Why it matters

It fails when it is called: `function "..." is not supported under the current "apache" license`. Debian's package
is this edition.

## What would make it false

Nobody calls it, or it asks for the licence first and goes another way.

## How to mend it

The edition under the Timescale Licence, where that may be used; else `drop_chunks` by a job of one's own in place of a
retention policy, and `generate_series` joined in place of gapfill.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="extensions", certainty="certain", severity=Severity.ERROR, needs="live")

# Seen to be refused by TimescaleDB 2.31 under the Apache licence (tests/test_timescale_review.py runs them).
REFUSED = frozenset(
    """
    time_bucket_gapfill locf interpolate add_retention_policy add_compression_policy add_columnstore_policy
    add_reorder_policy add_continuous_aggregate_policy refresh_continuous_aggregate compress_chunk decompress_chunk
    convert_to_columnstore convert_to_rowstore reorder_chunk add_job
    """.split()  # noqa: SIM905
)
_CALL = re.compile(rf"\b({'|'.join(sorted(REFUSED))})\s*\(", re.IGNORECASE)


def check(review: Context) -> Iterator[Finding]:
    """Calls that fail under this licence."""
    facts = review.schema.facts
    if facts is None or facts.timescale is None or facts.timescale.licence != "apache":
        return
    for one in review.schema.functions:
        ref = ObjectRef(kind="function", schema=one.name.schema, name=f"{one.name.name}({one.identity})")
        yield from _of(ref, f"{one.name.short}()", one.body)
    for one in review.schema.views:
        ref = ObjectRef(kind="view", schema=one.name.schema, name=one.name.name)
        yield from _of(ref, one.name.short, one.definition)


def _of(ref: ObjectRef, name: str, text: str) -> Iterator[Finding]:
    refused = sorted({one.lower() for one in _CALL.findall(text)})
    if refused:
        yield RULE.finding(
            ref,
            f"{name} calls {', '.join(f'{one}()' for one in refused)}, which the Apache edition of TimescaleDB refuses",
            facts={"calls": ", ".join(refused)},
        )
