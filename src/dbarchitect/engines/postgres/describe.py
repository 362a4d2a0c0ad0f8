"""What a statement would give and what it asks for, by the server's own analysis: it is prepared, not run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.pq import ExecStatus

from dbarchitect.errors import InputError


@dataclass(frozen=True, slots=True)
class Described:
    """Output columns as (name, type), and the types of `$1`, `$2`, ... as `format_type` prints them."""

    columns: tuple[tuple[str, str], ...]
    parameters: tuple[str, ...]


def describe(connection: psycopg.Connection[Any], sql: str) -> Described:
    """The columns and parameters of one statement. Raises `InputError` with the server's words."""
    prepared = connection.pgconn.prepare(b"", sql.encode())
    if prepared.status != ExecStatus.COMMAND_OK:
        message = prepared.error_message.decode("utf-8", "replace").partition("\n")[0].removeprefix("ERROR:").strip()
        raise InputError(
            f"the server refuses this query: {message}", hint="correct it, or name the SOURCE that it is for"
        )
    found = connection.pgconn.describe_prepared(b"")
    columns = [((found.fname(one) or b"").decode(), found.ftype(one), found.fmod(one)) for one in range(found.nfields)]
    parameters = [found.param_type(one) for one in range(found.nparams)]
    oids = [oid for _, oid, _ in columns] + parameters
    modifiers = [modifier for _, _, modifier in columns] + [-1] * len(parameters)
    rows = connection.execute(_NAMES, [oids, modifiers]).fetchall()
    names = [str(name) for (name,) in rows]
    return Described(
        tuple((name, kind) for (name, _, _), kind in zip(columns, names, strict=False)),
        tuple(names[len(columns) :]),
    )


_NAMES = """
SELECT pg_catalog.format_type(t.kind, t.modifier)
FROM unnest(%s::bigint[], %s::integer[]) WITH ORDINALITY AS t(kind, modifier, place) ORDER BY t.place
"""
