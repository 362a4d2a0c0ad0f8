"""An index of SQLite's that nobody built: its size and statistics from a private copy, plans with it from the twin."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack

from dbarchitect.engines.sqlite.connection import private
from dbarchitect.engines.sqlite.copies import make
from dbarchitect.engines.sqlite.explain import Estimator
from dbarchitect.engines.sqlite.inspect import inspect
from dbarchitect.engines.sqlite.source import SqliteSource
from dbarchitect.engines.sqlite.twin import Twin, size_of_index, stat_of
from dbarchitect.errors import InputError
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.proof import Proof
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index
from dbarchitect.model.trial import IndexTrial, PlansBeside
from dbarchitect.sql.sqlite import quoted

from .sqlite_advise import measured_copy, plannable


def try_index(
    source: SqliteSource, twin: Twin, sql: str, workload: Workload, progress: Callable[[str], None]
) -> IndexTrial:
    """What the index of a statement changes for a workload. Raises `InputError` for what makes none, and where no query
    can be planned."""
    index = _made(source, sql)
    name, table = index.name.name, index.table.name
    queries, gaps = plannable(twin, workload)
    if not queries:
        raise InputError(
            f"no query can be planned: {gaps[0].effect if gaps else 'there is none'}",
            hint="queries of this source, each ended by a semicolon",
        )
    stat, size = "", 0
    with ExitStack() as stack:
        copy = measured_copy(source, stack)
        if copy is not None:
            progress("building it on a private copy, for its size and statistics")
            copy.rows(sql)
            copy.rows(f"ANALYZE {quoted(table)}")
            # Of a file that nobody analysed the planner would know nothing of this index either.
            stat = stat_of(copy, name) if source.statistics.stat1 else ""
            size = size_of_index(copy, name)
    progress(f"planning {len(queries):,} queries")
    estimator = Estimator(source.schema, source.statistics)
    plans: list[tuple[Query, str, QueryPlan]] = [
        (query, text, estimator.plan(text, twin.query_plan(text))) for query, text in queries
    ]
    estimator.know(index, stat)
    found: list[PlansBeside] = []
    with twin.supposing([(name, sql, stat)]):
        for query, text, before in plans:
            after = estimator.plan(text, twin.query_plan(text))
            uses = any(node.index == name for node in after.root.walk())
            if uses or after.cost != before.cost:
                found.append(PlansBeside(sql=query.sql, calls=query.calls, before=before, after=after, uses=uses))
    found.sort(key=lambda one: (one.after.cost - one.before.cost) * one.calls)
    return IndexTrial(
        source=source.name,
        ddl=(f"{sql};",),
        name=name,
        table=table,
        bytes=size,
        origin=workload.origin,
        queries=tuple(found),
        fine=len(plans) - len(found),
        gaps=tuple(dict.fromkeys((*source.gaps, *twin.gaps, *gaps))),
        proof=Proof(
            level="planned",
            method="planned on the twin without the index and with it"
            + ("; its size is that on a private copy with the rows" if size else "; there were no rows to size it by"),
            environment={"source": source.engine, "planner": twin.session.name},
        ),
    )


def _made(source: SqliteSource, sql: str) -> Index:
    """The index that a statement makes, as the catalogue has it."""
    known = {index.name for table in source.schema.tables for index in table.indexes}
    with private() as connection:
        make(connection, source.ddl)
        try:
            connection.execute(sql)
        except (sqlite3.Error, sqlite3.Warning) as err:
            raise InputError(f"SQLite refuses the index: {err}", hint="CREATE INDEX on a table of this source") from err
        schema = inspect(connection, engine=source.schema.engine, database=source.schema.database)
    made = [index for table in schema.tables for index in table.indexes if index.name not in known]
    if len(made) != 1:
        raise InputError(
            "the statement makes no index of a new name", hint="CREATE INDEX orders_customer ON orders (customer_id)"
        )
    return made[0]
