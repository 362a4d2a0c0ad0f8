"""Owners on private copies: one ordinary role runs everything there and speaks for all others that own parts of it."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import psycopg

from dbarchitect.engines.postgres.server.host import Host
from dbarchitect.model.names import quote_identifier, quote_literal

_OWNER_TO = re.compile(r'^ALTER .* OWNER TO ("(?:[^"]|"")+"|\S+)$', re.S)
_PLACE = re.compile(r'^ALTER (?!SCHEMA )(?:[A-Z]+ )+("(?:[^"]|"")+"|[\w$]+)\.')


def speak_for_all(host: Host, database: str, owner: str) -> None:
    """Let the role `owner` act for every ordinary role of the server, so that it may change what these own."""
    with closing(host.connect(database)) as admin:
        roles = admin.execute(
            "select rolname from pg_catalog.pg_roles where not rolsuper and rolname !~ '^pg_' and rolname <> %s "
            "and not pg_catalog.pg_has_role(%s, oid, 'member') "
            # One that acts for this role already cannot be acted for.
            "and not pg_catalog.pg_has_role(oid, (select oid from pg_catalog.pg_roles where rolname = %s), 'member')",
            (owner, owner, owner),
        ).fetchall()
        for (role,) in roles:
            admin.execute(f"GRANT {quote_identifier(role)} TO {quote_identifier(owner)}".encode())


def with_rights(session: psycopg.Connection[Any], statement: str) -> tuple[str, ...]:
    """The statement; an OWNER TO with the right to create things that the new owner needs for it before, and without it
    again after."""
    given = _OWNER_TO.search(statement)
    if given is None or given[1] == "CURRENT_USER":
        return (statement,)
    place = _PLACE.search(statement)
    row = session.execute(
        "SELECT pg_catalog.quote_ident(pg_catalog.current_database()),"
        " pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'create'),"
        " pg_catalog.has_schema_privilege(r.oid, pg_catalog.to_regnamespace(%s)::oid, 'create')"
        " FROM pg_catalog.pg_roles r WHERE r.rolname = %s",
        (place[1] if place is not None else quote_literal(""), _unquoted(given[1])),
    ).fetchone()
    if row is None:
        return (statement,)  # there is no such role: the server will say so
    database, in_database, in_schema = row
    if in_schema if place is not None else in_database:
        return (statement,)
    on = f"SCHEMA {place[1]}" if place is not None else f"DATABASE {database}"
    return f"GRANT CREATE ON {on} TO {given[1]}", statement, f"REVOKE CREATE ON {on} FROM {given[1]}"


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
