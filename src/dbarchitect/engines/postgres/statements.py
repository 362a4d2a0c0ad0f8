"""The workload that a live server has counted: pg_stat_statements of the database that one is connected to."""

from __future__ import annotations

from typing import Any

import psycopg

from dbarchitect.errors import InputError
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.query import Query, Workload
from dbarchitect.sql.parse import fingerprint, statement_kind, tables_of
from dbarchitect.sql.workload import PLANNABLE

_ORIGIN = "pg_stat_statements"
_WHERE = """
SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
"""
_COUNTED = """
SELECT query, sum(calls)::float8, sum({time})::float8, sum(rows)::float8
FROM {schema}.pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) {toplevel}
GROUP BY query ORDER BY 3 DESC
"""
_SINCE = "SELECT extract(epoch FROM now() - stats_reset)::float8 FROM {schema}.pg_stat_statements_info"


def counted_workload(connection: psycopg.Connection[Any]) -> Workload:
    """What was run there and how often, the dearest first; utility statements and hidden texts are listed as rejected.

    Raises `InputError` where nothing is counted or may be seen.
    """
    row = connection.execute(_WHERE).fetchone()
    if row is None:
        raise InputError(
            "there is no workload: this database has no pg_stat_statements",
            hint="CREATE EXTENSION pg_stat_statements (shared_preload_libraries), or --workload FILE",
        )
    schema, version = quote_identifier(str(row[0])), connection.info.server_version
    sql = _COUNTED.format(
        schema=schema,
        time="total_exec_time" if version >= 130000 else "total_time",
        toplevel="AND toplevel" if version >= 140000 else "",
    )
    try:
        with connection.transaction():
            counted = connection.execute(sql.encode()).fetchall()
            since = connection.execute(_SINCE.format(schema=schema).encode()).fetchone() if version >= 140000 else None
    except psycopg.Error as err:
        raise InputError(
            f"pg_stat_statements cannot be read: {err.diag.message_primary or err}",
            hint="it is loaded by shared_preload_libraries, and GRANT pg_read_all_stats lets a role see it",
        ) from err
    queries: list[Query] = []
    rejected: list[tuple[str, str]] = []
    watching = 0
    for text, calls, milliseconds, rows in counted:
        shown = " ".join(text.split())[:80]
        try:
            kind = statement_kind(text)
        except InputError as err:
            rejected.append((shown, err.message))
            continue
        if kind not in PLANNABLE:
            rejected.append((shown, f"{kind or 'this'} is no query"))
            continue
        if _of_the_server(text):
            watching += 1
            continue
        queries.append(
            Query(
                id=fingerprint(text),
                sql=text,
                calls=calls,
                total_ms=milliseconds,
                rows=rows,
                source="pg_stat_statements",
            )
        )
    if watching:
        many = "1 query" if watching == 1 else f"{watching:,} queries"
        rejected.insert(0, (many, "of the server's own catalogues and views alone"))
    if not queries:
        raise InputError(
            "pg_stat_statements has counted no query of this database that this role may see",
            hint="GRANT pg_read_all_stats TO the role, or --workload FILE",
        )
    return Workload(
        queries=tuple(queries),
        window_seconds=since[0] if since else None,
        origin=_ORIGIN,
        rejected=tuple(rejected),
    )


def _of_the_server(sql: str) -> bool:
    """Whether a query reads what the server keeps about itself and nothing else: those of monitors, and our own."""
    names = [one.name for one in tables_of(sql)]
    own = ("pg_catalog", "information_schema")
    return bool(names) and all(one.schema in own or one.name.startswith("pg_") for one in names)
