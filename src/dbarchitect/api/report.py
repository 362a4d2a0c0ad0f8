"""`dba report`: the review, the diagram, the queries and the indexes of a source, for one page. It is opened once."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

from msgspec.structs import replace

from dbarchitect.engines.postgres.server.host import NotOnThisHostError
from dbarchitect.engines.sqlite.source import SqliteSource, open_sqlite, sqlite_given
from dbarchitect.errors import InputError
from dbarchitect.model.finding import Gap, Review
from dbarchitect.model.report import Report
from dbarchitect.prove.sqlite_advise import SqliteAdviceOptions
from dbarchitect.sources import Source, open_source
from dbarchitect.suppression import read_baseline

from .index import IndexOptions, index_opened
from .kinds import admit
from .query import QueryOptions, queries_opened
from .schema import CheckOptions, check_opened
from .sqlite import SqliteOptions, workload_of_sqlite
from .sqlite import index_opened as index_opened_sqlite
from .sqlite import queries_opened as queries_opened_sqlite
from .surroundings import open_workshop, workload_of

__all__ = ["ReportOptions", "report", "report_opened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """`check`: of the review, whose workload, rows and surroundings are those of all; `measure`: run the queries, on
    made-up rows or those that were loaded; `words`: those that chose the rules, for the command that repeats it."""

    check: CheckOptions = field(default_factory=CheckOptions)
    measure: bool = False
    words: tuple[str, ...] = ()


def report(source: str, options: ReportOptions) -> Report:
    """All that is said of a source. What is asked comes from a workload file, else from what the source has counted or
    holds. Raises `InputError` where the source cannot be read."""
    asked = options.check
    admit("report", source, engine=asked.engine)
    if sqlite_given(source, asked.engine):
        opened = open_sqlite(source, engine=asked.engine, data=asked.data, now=asked.now, progress=asked.progress)
        return report_sqlite(opened, options)
    with open_workshop(asked.pg_bin, asked.cache, asked.progress, scratch=asked.server) as workshop:
        return report_opened(open_source(source, workshop, data=asked.data), options)


def report_opened(opened: Source, options: ReportOptions) -> Report:
    """The same of a source that has been opened."""
    asked = options.check
    baseline = read_baseline(asked.baseline) if asked.baseline else None
    missing: list[Gap] = []
    given = workload_of(asked.workload)
    review = check_opened(opened, given, asked, baseline=baseline)
    workload = given
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
    names = ("data", "rows", "seed", "pg_bin", "server", "cache", "now", "progress")
    shared = {name: getattr(asked, name) for name in names}
    try:
        told = queries_opened(opened, workload, asked.workload, QueryOptions(**shared, measure=options.measure))
        found = replace(found, queries=told)
    except (InputError, NotOnThisHostError) as err:
        missing.append(Gap(kind="queries", name="of the workload", effect=err.message))
    try:
        wanted = IndexOptions(**shared, workload=asked.workload, measure=options.measure)
        found = replace(found, advice=index_opened(opened, workload, wanted))
    except (InputError, NotOnThisHostError) as err:
        missing.append(Gap(kind="indexes", name="for the workload", effect=err.message))
    return replace(found, missing=tuple(missing))


def report_sqlite(opened: SqliteSource, options: ReportOptions) -> Report:
    """The same of SQLite, which counts no queries: without a workload there are none."""
    asked = options.check
    baseline = read_baseline(asked.baseline) if asked.baseline else None
    workload = workload_of_sqlite(asked.workload) if asked.workload is not None else None
    review = check_opened(opened, None, asked, baseline=baseline)
    found = Report(
        source=opened.name,
        schema=opened.schema,
        review=review,
        workload=workload,
        command=_command(review, options),
    )
    if workload is None:
        why = "SQLite counts no queries: --workload FILE gives them, SQL with `-- calls: N` above each"
        return replace(found, missing=(Gap(kind="workload", name="of the file", effect=why),))
    how = SqliteOptions(
        engine=asked.engine, data=asked.data, measure=options.measure, now=asked.now, progress=asked.progress
    )
    missing: list[Gap] = []
    try:
        found = replace(found, queries=queries_opened_sqlite(opened, workload, asked.workload, how))
    except InputError as err:
        missing.append(Gap(kind="queries", name="of the workload", effect=err.message))
    try:
        wanted = SqliteAdviceOptions()
        found = replace(found, advice=index_opened_sqlite(opened, workload, asked.workload, how, wanted))
    except InputError as err:
        missing.append(Gap(kind="indexes", name="for the workload", effect=err.message))
    return replace(found, missing=tuple(missing))


def _command(review: Review, options: ReportOptions) -> str:
    """The words of the review's command, as those of a report. It proves unless it is told not to."""
    words = ["dba", "report", *(word for word in review.command[2:] if word != "--prove")]
    words += options.words
    words += [] if options.check.prove else ["--no-prove"]
    words += ["--measure"] if options.measure else []
    return shlex.join([*words, "-o", "report.html"])
