"""Trials on the twin of a source that stays open: a query, an index that nobody built. The source hears of none."""

from __future__ import annotations

import re
import shlex
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.errors import InputError
from dbarchitect.model.change import AddIndex
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.finding import Gap
from dbarchitect.model.proof import Proof
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index
from dbarchitect.model.trial import IndexTrial, PlansBeside, QueryTrial
from dbarchitect.prove.advise import AdviceOptions, advise
from dbarchitect.prove.parameters import Filled, filled
from dbarchitect.sources import Source
from dbarchitect.sql.parse import fingerprint
from dbarchitect.sql.script import command_tag
from dbarchitect.sql.workload import read_workload

from .query import QueryDesk, QueryOptions, one_statement, query_desk

__all__ = ["Trials", "trials"]

_QUERIES = 200  # of a workload, those that take the most: each is planned twice
_PAGE = 8192
_BUILD = "15s"  # an index of a table without rows, whose expressions may be anything
_CONCURRENTLY = re.compile(r"(\bINDEX\s+)CONCURRENTLY\b", re.IGNORECASE)


class Trials:
    """A source's twin, made when it is first asked and kept for the next question."""

    def __init__(self, opened: Source, desk: QueryDesk, options: QueryOptions) -> None:
        self._opened = opened
        self._desk = desk
        self._options = options

    def query(self, text: str) -> QueryTrial:
        """What is said of one statement, and which indexes it wants. Raises `InputError`."""
        sql = one_statement(text, "the query")
        review = self._desk.asked(sql, "the query")
        workload = Workload(queries=(Query(id=fingerprint(sql), sql=sql, calls=1.0),), origin="this query")
        rerun = shlex.join(["dba", "index", self._desk.name, "--workload", "query.sql"])
        self._options.progress("looking for indexes that it wants")
        try:
            advice = advise(self._desk.bench.twin(), workload, AdviceOptions(rerun=rerun), self._options.progress, list)
        except InputError as err:
            return QueryTrial(review=review, unadvised=err.message)
        # What could be dropped is a question about all that is asked of a table, not about this.
        return QueryTrial(review=review, advice=replace(advice, drop=()))

    def index(self, text: str, queries: str = "") -> IndexTrial:
        """An index that nobody built: its size, and the plans of `queries`, or of the source's workload, with it.

        Raises `InputError` for what makes no index, and where there is nothing to plan.
        """
        workload = self._workload(queries)
        index = self._made(one_statement(text, "the index"))
        twin = self._desk.bench.twin()
        change = AddIndex(index=index)
        gaps: list[Gap] = [
            Gap(kind="workload", name=name, effect=f"left out: {why}") for name, why in workload.rejected
        ]
        ranked = sorted(workload.queries, key=lambda one: (-(one.total_ms or 0.0), -one.calls))
        if len(ranked) > _QUERIES:
            gaps.append(
                Gap(kind="workload", name=f"{len(ranked) - _QUERIES:,} queries", effect="take less: not planned")
            )
        forms: list[tuple[Query, Filled, QueryPlan]] = []
        self._options.progress(f"planning {len(ranked[:_QUERIES]):,} queries")
        for query in ranked[:_QUERIES]:
            try:
                form = filled(twin, query)[0]
                forms.append((query, form, twin.explain(form.sql, form.parameters)))
            except InputError as err:
                shown = str(query.position or " ".join(query.sql.split())[:80])
                gaps.append(Gap(kind="workload", name=shown, effect=f"left out: {err.message}"))
        if not forms:
            raise InputError(
                f"no query can be planned: {gaps[0].effect if gaps else 'there is none'}",
                hint="queries of this source, each ended by a semicolon",
            )
        found: list[PlansBeside] = []
        with twin.supposing([change]) as supposed:
            size = supposed.size_of(index.name)
            for query, form, before in forms:
                after = supposed.explain(form.sql, form.parameters)
                uses = any(node.index == index.name.name for node in after.root.walk())
                if uses or after.cost != before.cost:
                    found.append(PlansBeside(sql=query.sql, calls=query.calls, before=before, after=after, uses=uses))
        found.sort(key=lambda one: (one.after.cost - one.before.cost) * one.calls)
        return IndexTrial(
            source=self._desk.name,
            ddl=ddl(change, version=self._opened.schema.version),
            name=index.name.short,
            table=index.table.short,
            bytes=size.pages * _PAGE if size is not None else 0,
            origin="queries.sql" if queries.strip() else workload.origin,
            queries=tuple(found),
            fine=len(forms) - len(found),
            gaps=tuple(dict.fromkeys((*gaps, *self._desk.gaps))),
            proof=Proof(
                level="planned",
                method="planned on the twin without the index and with it; it was not built",
                environment=twin.environment,
            ),
        )

    def _workload(self, queries: str) -> Workload:
        found = read_workload(queries, "queries.sql") if queries.strip() else self._opened.workload
        if found is None:
            raise InputError(
                "there are no queries to plan with it: the source has no workload", hint="write some beside the index"
            )
        return found

    def _made(self, sql: str) -> Index:
        """The index that a statement makes on an empty copy, as the catalogue has it; the copy is as before."""
        if command_tag(sql) not in ("CREATE INDEX", "CREATE UNIQUE INDEX"):
            raise InputError("this is no CREATE INDEX", hint="CREATE INDEX ON orders (customer_id)")
        session = self._desk.bench.owned()
        known = {index.name for table in self._opened.schema.tables for index in table.indexes}
        try:
            with session.transaction(force_rollback=True):
                session.execute(f"SET LOCAL statement_timeout = '{_BUILD}'".encode())
                session.execute(_CONCURRENTLY.sub(r"\1", sql, count=1).encode())
                schema = inspect(session, facts=False)
        except psycopg.Error as err:
            raise InputError(
                f"the server refuses the index: {err.diag.message_primary or str(err).strip()}",
                hint="CREATE INDEX on a table of this source",
            ) from err
        made = [
            index
            for table in schema.tables
            for index in table.indexes
            if index.name not in known and index.parent is None
        ]
        if len(made) != 1:
            raise InputError("the statement makes no index: one of its name is there", hint="leave its name out")
        return made[0]


@contextmanager
def trials(opened: Source, options: QueryOptions) -> Generator[Trials]:
    """Trials on a source that has been opened, while the context lasts."""
    with query_desk(opened, options) as desk:
        yield Trials(opened, desk, options)
