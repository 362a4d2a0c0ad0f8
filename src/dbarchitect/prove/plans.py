"""What migrations do to the plans of a workload: the source's twin beside a twin of the schema afterwards.

The second twin is a copy on which the migrations ran, dressed with the statistics and sizes of the source: those of
tables, columns and indexes that are still there, whatever their names are now. A new index has the size that the size
model gives it; a new table is empty, a new column and one of a new kind of type have no statistics, as they would have
none before the first ANALYZE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres import twin as twin_room
from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.server.host import GUEST
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.errors import DbaError, InputError
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.facts import Facts, IndexFacts, TableFacts
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.rehearsal import QueryChange
from dbarchitect.model.schema import Relational

from .copies import Copies
from .stage import Stage

# A plan counts as dearer by a tenth, and by more than one unit: the cost of reading one page in sequence.
_OTHER, _OTHER_BY = 1.1, 1.0
_NAMED = 10

_RELATIONS = """
select c.oid::bigint, n.nspname, c.relname
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm', 'i', 'I') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""
_COLUMNS = """
select a.attrelid::bigint, a.attnum::int, a.attname, t.typcategory::text
from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
where a.attnum > 0 and not a.attisdropped and a.attrelid >= 16384
"""


def changed_plans(
    workload: Workload, copies: Copies, replay: Callable[[Stage], None], progress: Callable[[str], None]
) -> tuple[tuple[QueryChange, ...], int, tuple[Gap, ...]]:
    """Queries that break or whose plan or cost changes, the dearest first; how many were planned; what was left out."""
    try:
        before = copies.bench.twin()
        snapshot = copies.bench.with_facts()
        refused: list[tuple[Query, str]] = []
        planned: list[tuple[Query, QueryPlan]] = []
        for query in workload.queries:
            try:
                planned.append((query, before.explain(query.sql, query.parameters)))
            except InputError as err:
                refused.append((query, err.message))
        progress(f"planning {len(planned):,} queries on the schema afterwards")
        with closing(_later(copies, snapshot, replay)) as after:
            changes = [change for query, plan in planned if (change := _compared(query, plan, after))]
            gaps = [_left_out(query, reason, after) for query, reason in refused]
    except (DbaError, psycopg.Error) as err:
        reason = err.message if isinstance(err, DbaError) else str(err).strip().split("\n")[0]
        name = f"{len(workload.queries):,} queries"
        return (), 0, (Gap(kind="workload", name=name, effect=f"not planned: {reason}"),)
    if len(gaps) > _NAMED:
        more = Gap(kind="workload", name=f"and {len(gaps) - _NAMED:,} more", effect="left out for such reasons")
        gaps = [*gaps[:_NAMED], more]
    return tuple(sorted(changes, key=_badness)), len(planned), tuple(gaps)


def _left_out(query: Query, reason: str, after: Twin) -> Gap:
    shown = str(query.position or " ".join(query.sql.split())[:80])
    try:
        after.explain(query.sql, query.parameters)
    except InputError:
        return Gap(kind="workload", name=shown, effect=f"left out: {reason}")
    return Gap(kind="workload", name=shown, effect=f"not compared: it works only afterwards ({reason})")


def _badness(change: QueryChange) -> tuple[bool, float]:
    return (not change.broken, -((change.after or 0.0) - change.before) * change.calls)


def _compared(query: Query, plan: QueryPlan, after: Twin) -> QueryChange | None:
    shown = " ".join(query.sql.split())
    try:
        now = after.explain(query.sql, query.parameters)
    except InputError as err:
        return QueryChange(sql=shown, calls=query.calls, before=plan.cost, broken=err.message, position=query.position)
    other = plan.root.shape != now.root.shape
    low, high = sorted((plan.cost, now.cost))
    if not other and high <= max(low * _OTHER, low + _OTHER_BY):
        return None
    return QueryChange(
        sql=shown,
        calls=query.calls,
        before=round(plan.cost, 2),
        after=round(now.cost, 2),
        plan_changed=other,
        position=query.position,
    )


def _later(copies: Copies, snapshot: Snapshot, replay: Callable[[Stage], None]) -> Twin:
    server = copies.host.with_files()
    schema = snapshot.schema
    facts = _migrated(copies, server, "later", schema.facts or Facts(), replay)
    later = twin_room.dress(server, replace(snapshot, schema=facts), database="later")
    sizes = _new_indexes(facts, later)
    if not sizes:
        return later
    later.close()
    again = _migrated(copies, server, "later", schema.facts or Facts(), replay)
    assert again.facts is not None
    again = replace(again, facts=replace(again.facts, indexes={**again.facts.indexes, **sizes}))
    return twin_room.dress(server, replace(snapshot, schema=again), database="later")


def _migrated(
    copies: Copies, server: Server, database: str, facts: Facts, replay: Callable[[Stage], None]
) -> Relational:
    """The schema afterwards with the source's facts under the names of afterwards, on a copy in `database`."""
    stage = copies.bare(database)
    guest = quote_identifier(server.ordinary_role(GUEST))
    for objects in ("TABLES", "SEQUENCES", "FUNCTIONS", "SCHEMAS"):  # what the migrations make is the guest's to read
        stage.session.execute(f"ALTER DEFAULT PRIVILEGES GRANT ALL ON {objects} TO {guest}".encode())
    with closing(server.connect(database)) as admin:
        names, columns = _named(admin)
        replay(stage)
        stage.close()
        now, columns_now = _named(admin)
    schema = stage.schema()
    moved = {names[oid]: name for oid, name in now.items() if oid in names}
    kept = set(now.values())
    tables = {moved.get(name, name): one for name, one in facts.tables.items() if moved.get(name, name) in kept}
    indexes = {moved.get(name, name): one for name, one in facts.indexes.items() if moved.get(name, name) in kept}
    oids = {name: oid for oid, name in names.items()}
    statistics = {
        moved[name]: tuple(
            replace(one, column=renamed)
            for one in found
            if (renamed := _column_now(oids[name], one.column, columns, columns_now))
        )
        for name, found in facts.columns.items()
        if name in moved
    }
    return replace(schema, facts=replace(facts, tables=tables, indexes=indexes, columns=statistics, extended=()))


Columns = Mapping[tuple[int, int], tuple[str, str]]


def _named(admin: psycopg.Connection[Any]) -> tuple[dict[int, str], Columns]:
    names = {oid: str(Name(schema=schema, name=name)) for oid, schema, name in admin.execute(_RELATIONS).fetchall()}
    columns = {(oid, number): (name, kind) for oid, number, name, kind in admin.execute(_COLUMNS).fetchall()}
    return names, columns


def _column_now(table: int, column: str, before: Columns, after: Columns) -> str:
    """The name of a column afterwards; "" where it is gone or of another kind of type."""
    for (oid, number), (name, kind) in before.items():
        if oid == table and name == column:
            now = after.get((oid, number))
            return now[0] if now is not None and now[1] == kind else ""
    return ""


def _new_indexes(schema: Relational, later: Twin) -> dict[str, IndexFacts]:
    """Sizes of the indexes that the source does not have."""
    facts = schema.facts or Facts()
    found: dict[str, IndexFacts] = {}
    for table in schema.tables:
        if not _has_rows(facts.tables.get(str(table.name))):
            continue
        for index in table.indexes:
            if str(index.name) in facts.indexes:
                continue
            size = later.size_of(index.name)
            if size is not None:
                found[str(index.name)] = IndexFacts(rows=size.rows, pages=size.pages, height=size.height)
    return found


def _has_rows(table: TableFacts | None) -> bool:
    return table is not None and bool(table.rows)
