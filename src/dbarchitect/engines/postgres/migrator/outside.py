"""What statements outside a transaction leave when they are cut off, and how the catalogue tells whether one was done.

CREATE INDEX CONCURRENTLY   an INVALID index, which is dropped so that it can be built again; a valid one with the
                            statement's definition that was not there before: done
REINDEX CONCURRENTLY        INVALID indexes `..._ccnew` and `..._ccold`, which are dropped; it may always run again
DROP INDEX CONCURRENTLY     an INVALID index; none: done
DETACH ... CONCURRENTLY     a partition half detached, which FINALIZE ends
ALTER TYPE ... ADD VALUE    the value is there, or not
VACUUM, CLUSTER, REINDEX    may run again
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import psycopg
from psycopg import sql as compose

from dbarchitect.errors import SurroundingsError
from dbarchitect.model.names import Name
from dbarchitect.sql import statements as s
from dbarchitect.sql.indexes import index_on
from dbarchitect.sql.reading import read_statements

Connection = psycopg.Connection[Any]
Verdict = Literal["done", "not done", "unknown"]

_INDEXES = """
select i.indexrelid::text, n.nspname, c.relname, i.indisvalid and i.indisready,
       exists (select from pg_catalog.pg_stat_progress_create_index p where p.index_relid = i.indexrelid)
from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where i.indrelid = any(%s) order by i.indexrelid
"""
# All that makes one index equal to another, but for its name.
_DEFINITION = """
select i.indisunique, i.indisexclusion, a.amname, i.indnkeyatts,
       array(select pg_catalog.pg_get_indexdef(i.indexrelid, k, false)
             from pg_catalog.generate_series(1, i.indnatts::int) k),
       pg_catalog.pg_get_expr(i.indpred, i.indrelid), i.indoption::text, i.indclass::text, i.indcollation::text,
       c.reloptions, pg_catalog.pg_get_indexdef(i.indexrelid) like '%% NULLS NOT DISTINCT%%'
from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
     join pg_catalog.pg_am a on a.oid = c.relam
where i.indexrelid = %s::oid
"""
_TABLES_OF = {
    "index": "select indrelid from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass(%s)",
    "table": "select pg_catalog.to_regclass(%s)::oid",
    "schema": "select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "where n.nspname = %s and c.relkind in ('r', 'm')",
    "database": "select oid from pg_catalog.pg_class where relkind in ('r', 'm') and %s::text is not null",
}
_ATTACHED = """
select {pending} from pg_catalog.pg_inherits where inhrelid = pg_catalog.to_regclass(%s)
and inhparent = pg_catalog.to_regclass(%s)
"""
_LABEL = """
select exists (select from pg_catalog.pg_enum where enumtypid = pg_catalog.to_regtype(%s) and enumlabel = %s)
"""
_LEFT_BY_REINDEX = re.compile(r"_cc(?:new|old)\d*\Z")


def action_of(sql: str) -> s.Action:
    """What a step's statement says; `Other` for text that the grammar refuses, which the server will complain about."""
    from dbarchitect.errors import InputError

    try:
        found = read_statements(sql, "")
    except InputError:
        return s.Other(word="")
    return found[0].action if len(found) == 1 else s.Other(word="")


def waits_gently(action: s.Action) -> bool:
    """Whether the statement waits for others without making readers and writers wait behind it: no time limit then."""
    match action:
        case s.CreateIndex() | s.Drop() | s.Reindex():
            return action.concurrently
        case s.AlterTable():
            return any(isinstance(one, s.DetachPartition) and one.concurrently for one in action.commands)
        case s.Vacuum():
            return not action.full
        case _:
            return False


def before(connection: Connection, action: s.Action) -> str:
    """What has to be remembered of the catalogue before the statement runs for the first time."""
    match action:
        case s.CreateIndex():
            return ",".join(oid for oid, *_ in _indexes(connection, [_table(connection, action.table)]))
        case _:
            return ""


def make_room(connection: Connection, action: s.Action, say: Callable[[str], None]) -> None:
    """Before the first run: drop an INVALID index that stands under the name of the one to be built, as a build that
    was cut off leaves it. Raises `SurroundingsError` where somebody builds it right now."""
    if not isinstance(action, s.CreateIndex) or not action.concurrently or not action.name:
        return
    for _, schema, name, valid, building in _indexes(connection, [_table(connection, action.table)]):
        if name == action.name and not valid:
            _drop_invalid(connection, Name(schema=schema, name=name), building, say)


def settle(connection: Connection, sql: str, remembered: str, say: Callable[[str], None]) -> Verdict:
    """Whether a statement that was started is done; leftovers that hinder another try are removed.

    `remembered` is what `before` gave. Raises `SurroundingsError` where its session is still at work.
    """
    action = action_of(sql)
    match action:
        case s.CreateIndex():
            return _settle_index(connection, action, sql, remembered, say)
        case s.Reindex():
            if action.concurrently:
                _drop_left_by_reindex(connection, action, say)
            return "not done"
        case s.Drop(kind="index"):
            left = [name for name in action.names if _one(connection, "select to_regclass(%s) is not null", str(name))]
            return "not done" if left else "done"
        case s.AlterTable():
            for command in action.commands:
                if isinstance(command, s.DetachPartition):
                    return _settle_detach(connection, action.table, command.partition, say)
            return "unknown"
        case s.AddEnumValue():
            return "done" if _one(connection, _LABEL, str(action.type), action.value) else "not done"
        case s.DropDatabase():
            known = "select exists (select from pg_catalog.pg_database where datname = %s)"
            return "not done" if _one(connection, known, action.name) else "done"
        case s.Vacuum() | s.Cluster() | s.SetVariable() | s.Other(word="AlterSystem" | "CheckPoint"):
            return "not done"
        case _:
            return "unknown"


def _settle_index(
    connection: Connection, action: s.CreateIndex, sql: str, remembered: str, say: Callable[[str], None]
) -> Verdict:
    known = set(remembered.split(","))
    table = _table(connection, action.table)
    new = [
        (oid, Name(schema=schema, name=name), valid, building)
        for oid, schema, name, valid, building in _indexes(connection, [table])
        if oid not in known and action.name in ("", name)
    ]
    for oid, name, valid, building in new:
        if not valid:
            _drop_invalid(connection, name, building, say)
        elif _same_definition(connection, oid, sql, action):
            say(f"index {name} is there and valid: its step had been done")
            return "done"
        elif action.name:
            raise SurroundingsError(
                f"the index {name} was made meanwhile by somebody else, with another definition than this step's",
                hint=f"look at it; if it is not wanted: DROP INDEX CONCURRENTLY {name}; then run the command again",
            )
    return "not done"


def _same_definition(connection: Connection, oid: str, sql: str, action: s.CreateIndex) -> bool:
    """Whether the index is what the statement makes, which is tried on an empty table with the same columns."""
    copy = Name(schema="pg_temp", name="dba_index_probe")
    with connection.transaction(force_rollback=True):
        connection.execute(f"create temporary table {copy.name} (like {action.table}) on commit drop".encode())
        connection.execute(index_on(sql, copy).encode())
        row = connection.execute(
            "select indexrelid::text from pg_catalog.pg_index where indrelid = 'pg_temp.dba_index_probe'::regclass"
        ).fetchone()
        assert row is not None
        wanted = connection.execute(_DEFINITION, (row[0],)).fetchone()
        return wanted == connection.execute(_DEFINITION, (oid,)).fetchone()


def _drop_left_by_reindex(connection: Connection, action: s.Reindex, say: Callable[[str], None]) -> None:
    of = action.kind if action.kind in _TABLES_OF else "database"
    what = "" if action.name is None else action.name.name if of == "schema" else str(action.name)
    tables = [oid for (oid,) in connection.execute(_TABLES_OF[of].encode(), (what,)).fetchall() if oid is not None]
    toasts = connection.execute(
        "select reltoastrelid from pg_catalog.pg_class where oid = any(%s) and reltoastrelid <> 0", (tables,)
    ).fetchall()
    for _, schema, name, valid, building in _indexes(connection, [*tables, *(oid for (oid,) in toasts)]):
        if not valid and _LEFT_BY_REINDEX.search(name):
            _drop_invalid(connection, Name(schema=schema, name=name), building, say)


def _drop_invalid(connection: Connection, name: Name, building: bool, say: Callable[[str], None]) -> None:
    if building:
        raise SurroundingsError(
            f"another session is building the index {name}",
            hint="wait for its end (pg_stat_progress_create_index shows it), then run the command again",
        )
    say(f"dropping {name}: an INVALID index that a build left behind")
    connection.execute(compose.SQL("DROP INDEX CONCURRENTLY {}").format(compose.Identifier(name.schema, name.name)))


def _settle_detach(connection: Connection, parent: Name, partition: Name, say: Callable[[str], None]) -> Verdict:
    pending = "inhdetachpending" if connection.info.server_version >= 140000 else "false"
    row = connection.execute(_ATTACHED.format(pending=pending).encode(), (str(partition), str(parent))).fetchone()
    if row is None:
        return "done"
    if not row[0]:
        return "not done"
    say(f"finishing to detach {partition} from {parent}")
    connection.execute(f"ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE".encode())
    return "done"


def _indexes(connection: Connection, tables: list[Any]) -> list[tuple[str, str, str, bool, bool]]:
    return connection.execute(_INDEXES, (tables,)).fetchall()


def _table(connection: Connection, name: Name) -> Any:
    return _one(connection, "select pg_catalog.to_regclass(%s)::oid", str(name))


def _one(connection: Connection, query: str, *values: Any) -> Any:
    row = connection.execute(query.encode(), values).fetchone()
    assert row is not None
    return row[0]
