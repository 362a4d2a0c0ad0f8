"""Trials on the twin of an SQLite source that stays open: a query, an index that nobody built."""

from __future__ import annotations

import shlex
from collections.abc import Generator
from contextlib import closing, contextmanager

from msgspec.structs import replace

from dbarchitect.engines.sqlite.source import SqliteSource
from dbarchitect.engines.sqlite.twin import Twin, twin_of
from dbarchitect.errors import InputError
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.trial import IndexTrial, QueryTrial
from dbarchitect.prove.sqlite_advise import SqliteAdviceOptions, advise
from dbarchitect.prove.sqlite_trial import try_index
from dbarchitect.sql.sqlite import split_sqlite
from dbarchitect.sql.workload import read_sqlite_workload

from .sqlite import SqliteOptions, reviewed


class SqliteTrials:
    """A source's twin, for one question after the other. `workload`: what an index is tried with where nobody says."""

    def __init__(self, opened: SqliteSource, twin: Twin, options: SqliteOptions, workload: Workload | None) -> None:
        self._opened, self._twin, self._options, self._workload = opened, twin, options, workload

    def query(self, text: str) -> QueryTrial:
        """What is said of one statement, and which indexes it wants. Raises `InputError`."""
        query = Query(id="", sql=_one(text, "the query"), calls=1.0)
        rerun = shlex.join(["dba", "query", self._opened.name, query.sql])
        review = reviewed(self._opened, self._twin, query, self._options, rerun)
        self._options.progress("looking for indexes that it wants")
        asked = SqliteAdviceOptions(rerun=shlex.join(["dba", "index", self._opened.name, "--workload", "query.sql"]))
        try:
            workload = Workload(queries=(query,), origin="this query")
            return QueryTrial(review=review, advice=advise(self._opened, workload, asked, self._options.progress))
        except InputError as err:
            return QueryTrial(review=review, unadvised=err.message)

    def index(self, text: str, queries: str = "") -> IndexTrial:
        """An index that nobody built: its size, and the plans of `queries`, or of the source's workload, with it.

        Raises `InputError` for what makes no index, and where there is nothing to plan.
        """
        workload = read_sqlite_workload(queries, "queries.sql") if queries.strip() else self._workload
        if workload is None:
            raise InputError(
                "there are no queries to plan with it: SQLite counts none", hint="write some beside the index"
            )
        found = try_index(self._opened, self._twin, _one(text, "the index"), workload, self._options.progress)
        return replace(found, origin="queries.sql" if queries.strip() else workload.origin)


@contextmanager
def sqlite_trials(opened: SqliteSource, options: SqliteOptions, workload: Workload | None) -> Generator[SqliteTrials]:
    """Trials on a source that has been opened, while the context lasts."""
    with closing(twin_of(opened)) as twin:
        yield SqliteTrials(opened, twin, options, workload)


def _one(text: str, name: str) -> str:
    statements = split_sqlite(text, name)
    if len(statements) != 1:
        raise InputError(f"{name} holds {len(statements):,} statements, and this looks at one", hint="one at a time")
    return statements[0].sql
