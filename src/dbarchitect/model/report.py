"""All that is said of a database at once: what `dba report` shows."""

from __future__ import annotations

from .advice import IndexAdvice
from .finding import Gap, Review
from .query import Workload
from .query_advice import WorkloadReview
from .schema import Relational
from .value import Value


class Report(Value, frozen=True, kw_only=True):
    """`workload`, `queries` and `advice` are None where nothing is known of what is asked; `missing`: parts that could
    not be had, and why. `command` repeats it."""

    source: str
    schema: Relational
    review: Review
    workload: Workload | None = None
    queries: WorkloadReview | None = None
    advice: IndexAdvice | None = None
    missing: tuple[Gap, ...] = ()
    command: str = ""
