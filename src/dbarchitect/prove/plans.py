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
from dbarchitect.errors import DbaError
from dbarchitect.model.facts import Facts, IndexFacts, TableFacts
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.plan_diff import ComparedQuery
from dbarchitect.model.query import Workload
from dbarchitect.model.rehearsal import QueryChange
from dbarchitect.model.schema import Relational

from .copies import Copies
from .plan_diff import badness, compared, left_out, planned
from .stage import Stage

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
        found, refused = planned(copies.bench.twin(), workload.queries)
        snapshot = copies.bench.with_facts()
        progress(f"planning {len(found):,} queries on the schema afterwards")
        with closing(_later(copies, snapshot, replay)) as after:
            every = sorted((compared(one, after) for one in found), key=badness)
            working, others = left_out(refused, after)
    except (DbaError, psycopg.Error) as err:
        reason = err.message if isinstance(err, DbaError) else str(err).strip().split("\n")[0]
        name = f"{len(workload.queries):,} queries"
        return (), 0, (Gap(kind="workload", name=name, effect=f"not planned: {reason}"),)
    gaps = [*working, *others]
    if len(gaps) > _NAMED:
        more = Gap(kind="workload", name=f"and {len(gaps) - _NAMED:,} more", effect="left out for such reasons")
        gaps = [*gaps[:_NAMED], more]
    return tuple(_change(one) for one in every if one.change != "same"), len(found), tuple(gaps)


def _change(one: ComparedQuery) -> QueryChange:
    return QueryChange(
        sql=" ".join(one.sql.split()),
        calls=one.calls,
        before=one.before,
        after=one.after,
        plan_changed=one.plan_changed,
        broken=one.broken,
        position=one.position,
    )


def _later(copies: Copies, snapshot: Snapshot, replay: Callable[[Stage], None]) -> Twin:
    server = copies.host.with_files()
    schema = snapshot.schema
    facts = _migrated(copies, server, "later", schema.facts or Facts(), replay)
    later = twin_room.dress(server, replace(snapshot, schema=facts), database="later")
    sizes = sizes_of_new_indexes(facts, later)
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


def sizes_of_new_indexes(schema: Relational, later: Twin) -> dict[str, IndexFacts]:
    """Sizes of the indexes of a schema that its facts do not have, by the size model of its twin."""
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
