"""Plans, asked of a server."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg

from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.errors import InputError
from dbarchitect.model.explain import QueryPlan
from dbarchitect.sql.explained import plan_from_json

_WRITES = re.compile(r"\s*(?:insert|update|delete|merge)\b", re.IGNORECASE)
_LONGEST = 10_000_000  # bytes of a plan
_PARAMETERS = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'dba_explained'"


def explain(
    connection: psycopg.Connection[Any],
    sql: str,
    parameters: Sequence[str] = (),
    *,
    execute: bool = False,
    verbose: bool = False,
) -> QueryPlan:
    """The plan of one statement. With `execute` it is run (EXPLAIN ANALYZE) inside a transaction that is rolled back.

    With `verbose` columns are named with their tables and every node says what it gives on.

    `parameters` are SQL literals for `$1`, `$2`...: the plan is the custom one for them. A statement with `$n` and no
    parameters gets its generic plan. Raises `InputError` with the server's words.
    """
    statement = sql.strip().rstrip(";")
    options = ("FORMAT JSON, ANALYZE, BUFFERS" if execute else "FORMAT JSON") + (", VERBOSE" if verbose else "")
    unfilled = not parameters and not execute and "$" in statement
    try:
        with connection.transaction(force_rollback=True):
            if parameters or unfilled:
                one_statement(connection, f"PREPARE dba_explained AS {statement}")
                mode = "force_custom_plan"
                if unfilled:  # the plan for any values: none are looked at
                    mode = "force_generic_plan"
                    found = connection.execute(_PARAMETERS).fetchone()
                    parameters = ["NULL"] * (found[0] if found else 0)
                connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
                statement = "EXECUTE dba_explained" + (f"({', '.join(parameters)})" if parameters else "")
            cursor = one_statement(connection, f"EXPLAIN ({options}) {statement}")
            size = len(cursor.pgresult.get_value(0, 0) or b"") if cursor.pgresult is not None else 0
            if size > _LONGEST:  # a constant that is computed while it is planned may be of any length
                raise InputError(
                    f"its plan has {size:,} bytes, which nobody reads",
                    hint="a shorter constant: what the planner computes stands in the plan",
                )
            row = cursor.fetchone()
    except psycopg.Error as err:
        raise InputError(
            f"the server refuses to plan this query: {err.diag.message_primary or err}",
            hint="one SELECT, INSERT, UPDATE, DELETE or MERGE on tables that the SOURCE has",
        ) from err
    finally:
        if (parameters or unfilled) and not connection.closed:
            connection.execute("DEALLOCATE ALL")  # a prepared statement outlives a rolled-back transaction
    assert row is not None
    return plan_from_json(row[0])


def run_explained(
    connection: psycopg.Connection[Any], sql: str, parameters: Sequence[str], *, options: str, limit_s: float
) -> QueryPlan:
    """The plan of one statement that was run with these options of EXPLAIN besides ANALYZE; what it changed is rolled
    back. Raises `psycopg.Error`, of which `QueryCanceled` says that it took longer than `limit_s` seconds."""
    statement = sql.strip().rstrip(";")
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"SET LOCAL statement_timeout = {round(limit_s * 1000)}".encode())
            if parameters:
                connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
                one_statement(connection, f"PREPARE dba_explained AS {statement}")
                statement = f"EXECUTE dba_explained({', '.join(parameters)})"
            row = one_statement(connection, f"EXPLAIN (FORMAT JSON, ANALYZE, {options}) {statement}").fetchone()
    finally:
        if parameters and not connection.closed:
            # A prepared statement outlives a rolled-back transaction. ALL: of one that was refused there is none.
            connection.execute("DEALLOCATE ALL")
    assert row is not None
    return plan_from_json(row[0])


def explain_analyze(
    connection: psycopg.Connection[Any], sql: str, parameters: Sequence[str] = (), *, limit_s: float = 60.0
) -> QueryPlan:
    """The plan of one statement that was run, with all that this version tells of it; what it changed is rolled back.

    `parameters` are SQL literals for `$1`, `$2`...; `limit_s` bounds the run, in seconds. Raises `InputError` with the
    server's words, or where it took longer.
    """
    version = connection.info.server_version
    options = "VERBOSE, BUFFERS"
    options += ", SETTINGS" if version >= 120000 else ""
    options += ", WAL" if version >= 130000 else ""
    options += ", SERIALIZE" if version >= 170000 and not _WRITES.match(sql) else ""
    try:
        return run_explained(connection, sql, parameters, options=options, limit_s=limit_s)
    except psycopg.errors.QueryCanceled as err:
        raise InputError(
            f"the query took longer than {limit_s:,.0f} s and was ended",
            hint="--timeout SECONDS; or leave it planned only",
        ) from err
    except psycopg.Error as err:
        raise InputError(
            f"the server refuses to run this query: {err.diag.message_primary or err}",
            hint="without --measure it is only planned",
        ) from err
