"""Continuous aggregate that falls behind

## What it says

A continuous aggregate has a policy, and what it has summed up ends longer ago than that allows for: its `end_offset`
and three runs. Or its last run failed.

## Why it matters

With `materialized_only` queries miss the newest groups without a word. As a real-time aggregate it sums them up from
rows in each query, and becomes as slow as what it was made to replace.

## What would make it false

No rows come at the moment: what it is measured against is the end of the newest chunk, where that has passed.

## How to mend it

`timescaledb_information.job_errors` says why a run failed; a run that takes longer than its interval wants a longer
one, or a smaller `start_offset`. `CALL run_job(...)` catches up.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.figures import duration_text
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="operations", certainty="likely", severity=Severity.WARNING, needs="live")

_RUNS = 3


def check(review: Context) -> Iterator[Finding]:
    """Aggregates whose newest groups are missing."""
    facts = review.schema.facts
    for one in facts.timescale.aggregates if facts is not None and facts.timescale is not None else ():
        if not one.policy or not one.scheduled:
            continue  # timescale-policy-missing
        name = Name(schema=one.schema, name=one.name)
        allowed = (one.end_offset_seconds or 0.0) + _RUNS * (one.every_seconds or 0.0)
        failed = one.last_status == "Failed"
        late = one.every_seconds is not None and one.behind_seconds is not None and one.behind_seconds > allowed
        if not failed and not late:
            continue
        said = "the last refresh failed" if failed else ""
        if late:
            said += (", and it" if said else "it") + (
                f" ends {duration_text(one.behind_seconds or 0.0)} ago; its policy allows for {duration_text(allowed)}"
            )
        yield RULE.finding(
            ObjectRef(kind="view", schema=one.schema, name=one.name),
            f"the continuous aggregate {name.short} falls behind: {said}",
            facts={"behind_seconds": one.behind_seconds, "allowed_seconds": allowed, "failures": one.failures},
        )
