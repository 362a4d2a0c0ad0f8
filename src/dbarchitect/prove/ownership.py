"""Roles on private copies: one ordinary role runs everything there and speaks for all others that own parts of it; the
guest may act as stand-ins for those that the source's grants and policies name."""

from __future__ import annotations

import re
from contextlib import closing, suppress
from typing import Any

import psycopg

from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.server.host import GUEST, Host
from dbarchitect.engines.postgres.standins import MARK
from dbarchitect.model.change import SetGrants
from dbarchitect.model.names import ObjectRef, quote_identifier, quote_literal
from dbarchitect.model.schema import Function, Grant, Relational, Sequence, View

_OWNER_TO = re.compile(r'^ALTER .* OWNER TO ("(?:[^"]|"")+"|\S+)$', re.S)
_LACKING = (
    psycopg.errors.UndefinedObject,
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.WrongObjectType,  # a table stands in for a view that was left out
)
_PLACE = re.compile(r'^ALTER (?!SCHEMA )(?:[A-Z]+ )+("(?:[^"]|"")+"|[\w$]+)\.')


def speak_for_all(host: Host, database: str, owner: str) -> None:
    """Let the role `owner` act for every ordinary role of the server, so that it may change what these own; not for
    our own guest, which owns nothing and is lent the rights of the owner (`Workbench.guest_as_owner`)."""
    guest = host.ordinary_role(GUEST)
    with closing(host.connect(database)) as admin:
        roles = admin.execute(
            "select rolname from pg_catalog.pg_roles where not rolsuper and rolname !~ '^pg_' and rolname <> all(%s) "
            "and not pg_catalog.pg_has_role(%s, oid, 'member') "
            # One that acts for this role already cannot be acted for.
            "and not pg_catalog.pg_has_role(oid, (select oid from pg_catalog.pg_roles where rolname = %s), 'member')",
            ([owner, guest], owner, owner),
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


def lend_roles(host: Host, database: str, schema: Relational) -> None:
    """Give a copy the privileges that `schema` grants to roles, and let the guest act as these (SET ROLE).

    A role is always one that was made for private copies: the user's own on a scratch server are never lent. Where we
    are no superuser nothing is done, and what needs such a role is refused.
    """
    if not host.superuser:
        return
    guest = host.ordinary_role(GUEST)
    with closing(host.connect(database)) as admin:
        lent = {role for role in _named(schema) if _stands_in(admin, role)}
        modern = admin.info.server_version >= 160000
        if lent and not modern:
            admin.execute(f"ALTER ROLE {quote_identifier(guest)} NOINHERIT".encode())
        for role in sorted(lent):
            lend = f"GRANT {quote_identifier(role)} TO {quote_identifier(guest)}"
            admin.execute((f"{lend} WITH INHERIT FALSE, SET TRUE" if modern else lend).encode())
        for at, grants in _granted(schema):
            _grant(admin, at, grants, lent)


def _named(schema: Relational) -> set[str]:
    """The roles that hold a privilege or that a policy is for."""
    held = {grant.grantee for _, grants in _granted(schema) for grant in grants}
    held |= {role for table in schema.tables for policy in table.policies for role in policy.roles}
    return {role for role in held if role != "PUBLIC" and not role.startswith("pg_")}


def _stands_in(admin: psycopg.Connection[Any], role: str) -> bool:
    """Whether `role` is one of ours; one that does not exist is made."""
    row = admin.execute(
        "select not rolsuper and pg_catalog.shobj_description(oid, 'pg_authid') = %s "
        "from pg_catalog.pg_roles where rolname = %s",
        (MARK, role),
    ).fetchone()
    if row is None:
        quoted = quote_identifier(role)
        made = f"CREATE ROLE {quoted} NOLOGIN; COMMENT ON ROLE {quoted} IS {quote_literal(MARK)}"
        admin.execute(made.encode())
    return row is None or bool(row[0])


def _granted(schema: Relational) -> list[tuple[ObjectRef, tuple[Grant, ...]]]:
    """Every object with privileges of its own, those of its owner left out."""
    found: list[tuple[ObjectRef, tuple[Grant, ...]]] = []
    for one in (*schema.schemas, *schema.tables, *schema.views, *schema.sequences, *schema.functions):
        if isinstance(one.name, str):
            at = ObjectRef(kind="schema", name=one.name)
        elif isinstance(one, Function):
            at = ObjectRef(kind="function", schema=one.name.schema, name=f"{one.name.name}({one.inputs})")
        else:
            kind = "view" if isinstance(one, View) else "sequence" if isinstance(one, Sequence) else "table"
            at = ObjectRef(kind=kind, schema=one.name.schema, name=one.name.name)
        if one.grants:
            found.append((at, tuple(grant for grant in one.grants if grant.grantee != one.owner)))
    return found


def _grant(admin: psycopg.Connection[Any], at: ObjectRef, grants: tuple[Grant, ...], lent: set[str]) -> None:
    """Make the privileges of one object; what the copy lacks is a gap already."""
    owner = Grant(grantee="", privileges=("USAGE",))  # the same before and after: nothing is said about it
    usual = (Grant(grantee="PUBLIC", privileges=("EXECUTE",)),) if at.kind == "function" else ()
    wanted = tuple(grant for grant in grants if grant.grantee == "PUBLIC" or grant.grantee in lent)
    change = SetGrants(at=at, owner="", before=(owner, *usual), after=(owner, *wanted))
    for statement in ddl(change, version=admin.info.server_version):
        with suppress(*_LACKING):
            admin.execute(statement.encode())
