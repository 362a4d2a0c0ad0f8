"""`dba report`: the review, the diagram, the queries and the indexes of a source, for one page."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model.finding import Gap, Review
from dbarchitect.model.report import Report
from dbarchitect.sources import open_source

from .index import IndexOptions, index
from .kinds import admit
from .query import QueryOptions, queries
from .schema import CheckOptions, check
from .surroundings import open_workshop, workload_of

__all__ = ["ReportOptions", "report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """`check`: of the review, whose workload, rows and surroundings are those of all; `measure`: run the queries, on
    made-up rows or those that were loaded."""

    check: CheckOptions = field(default_factory=CheckOptions)
    measure: bool = False


def report(source: str, options: ReportOptions) -> Report:
    """All that is said of a source. What is asked comes from a workload file, else from what the source has counted or
    holds. Raises `InputError` where the source cannot be read."""
    admit("report", source)
    asked = options.check
    review = check(source, asked)
    missing: list[Gap] = []
    with open_workshop(asked.pg_bin, asked.cache, asked.progress) as workshop:
        opened = open_source(source, workshop, data=asked.data)
        workload = workload_of(asked.workload)
        if workload is None:
            try:
                workload = opened.counted()
            except InputError as err:
                missing.append(Gap(kind="workload", name="of the server", effect=err.message))
        found = Report(
            source=opened.name,
            schema=opened.schema,
            review=review,
            workload=workload,
            command=_command(review, options),
        )
    if workload is None:
        return replace(found, missing=tuple(missing))
    shared = {name: getattr(asked, name) for name in ("data", "rows", "seed", "pg_bin", "cache", "now", "progress")}
    try:
        told = queries(source, asked.workload, QueryOptions(**shared, measure=options.measure))
        found = replace(found, queries=told)
    except InputError as err:
        missing.append(Gap(kind="queries", name="of the workload", effect=err.message))
    try:
        advice = index(source, IndexOptions(**shared, workload=asked.workload, measure=options.measure))
        found = replace(found, advice=advice)
    except InputError as err:
        missing.append(Gap(kind="indexes", name="for the workload", effect=err.message))
    return replace(found, missing=tuple(missing))


def _command(review: Review, options: ReportOptions) -> str:
    """The words of the review's command, as those of a report. It proves unless it is told not to."""
    words = ["dba", "report", *(word for word in review.command[2:] if word != "--prove")]
    words += [] if options.check.prove else ["--no-prove"]
    words += ["--measure"] if options.measure else []
    return shlex.join([*words, "-o", "report.html"])
