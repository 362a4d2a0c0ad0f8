"""The tables in which tools record the migrations that they ran: ours, Alembic's, Prisma's, Drizzle's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg

from dbarchitect.errors import SurroundingsError
from dbarchitect.model.history import History, Recorded, Tool
from dbarchitect.model.journal import ADOPTED
from dbarchitect.model.names import Name, quote_identifier

_FIND = """
SELECT n.nspname, c.relname, pg_catalog.has_schema_privilege(n.oid, 'USAGE')
       AND pg_catalog.has_table_privilege(c.oid, 'SELECT'), CURRENT_USER::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND (
    c.relname IN ('alembic_version', '_prisma_migrations', '__drizzle_migrations')
    OR (n.nspname, c.relname) = ('dbarchitect', 'migrations'))
ORDER BY n.nspname
"""
_OURS = """
SELECT m.id, m.checksum, m.state, m.plan, m.finished, b.run IS NOT NULL,
       ARRAY(SELECT s.number FROM dbarchitect.steps s
             WHERE s.run = m.run AND s.state = 'done' ORDER BY s.number)
FROM dbarchitect.migrations m
LEFT JOIN dbarchitect.migrations b ON b.undoes = m.run AND b.state = 'running'
WHERE m.direction = 'up' AND m.state IN ('running', 'done') ORDER BY m.run
"""
_PRISMA = """
SELECT migration_name, checksum, finished_at, started_at FROM {table}
WHERE rolled_back_at IS NULL ORDER BY started_at
"""


def read_histories(connection: psycopg.Connection[Any]) -> tuple[History, ...]:
    """The histories that a database has, in any schema. Raises `SurroundingsError` for one that this role may not
    read."""
    found: list[History] = []
    for schema, name, readable, role in connection.execute(_FIND).fetchall():
        table = Name(schema=schema, name=name)
        if not readable:
            where, who = quote_identifier(schema), quote_identifier(role)
            raise SurroundingsError(
                f"{role} may not read the history of migrations in {table}",
                hint=f"have its owner run: GRANT USAGE ON SCHEMA {where} TO {who}; GRANT SELECT ON {table} TO {who}",
            )
        tool, read = _READERS[name]
        own = (table,)
        if tool == "drizzle":
            own = (table, Name(schema=schema, name=f"{name}_id_seq"))
        found.append(History(tool=tool, table=table, recorded=tuple(read(connection, table)), tables=own))
    return tuple(found)


def _ours(connection: psycopg.Connection[Any], _: Name) -> list[Recorded]:
    found: list[Recorded] = []
    for id_, checksum, state, plan, finished, leaving, steps in connection.execute(_OURS).fetchall():
        found.append(
            Recorded(
                id=id_,
                checksum=checksum,
                state="half undone" if leaving else "applied" if state == "done" else "half applied",
                steps=() if leaving or state == "done" else tuple(steps),
                adopted=plan == ADOPTED,
                at=_iso(finished),
            )
        )
    return found


def _alembic(connection: psycopg.Connection[Any], table: Name) -> list[Recorded]:
    rows = connection.execute(f"SELECT version_num FROM {table} ORDER BY 1".encode()).fetchall()
    return [Recorded(id=row[0]) for row in rows]


def _prisma(connection: psycopg.Connection[Any], table: Name) -> list[Recorded]:
    rows = connection.execute(_PRISMA.format(table=table).encode()).fetchall()
    return [
        Recorded(id=name, checksum=checksum, state="applied" if finished else "failed", at=_iso(finished or started))
        for name, checksum, finished, started in rows
    ]


def _drizzle(connection: psycopg.Connection[Any], table: Name) -> list[Recorded]:
    rows = connection.execute(f"SELECT hash, created_at FROM {table} ORDER BY created_at, id".encode()).fetchall()
    return [Recorded(id=str(when), checksum=digest) for digest, when in rows]


_READERS: dict[str, tuple[Tool, Callable[[psycopg.Connection[Any], Name], list[Recorded]]]] = {
    "migrations": ("dbarchitect", _ours),
    "alembic_version": ("alembic", _alembic),
    "_prisma_migrations": ("prisma", _prisma),
    "__drizzle_migrations": ("drizzle", _drizzle),
}


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")
