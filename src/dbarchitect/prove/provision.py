"""Scripts that make a schema or a database for a tenant, run by psql for two of them: none sees what is the other's."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql

from dbarchitect.design.draft import Draft, Table
from dbarchitect.design.provision import JOURNAL, MIGRATE, UNDO
from dbarchitect.engines.postgres.server import Server, find_binaries
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.errors import SurroundingsError
from dbarchitect.model.architecture import Probe
from dbarchitect.model.names import quote_identifier as q

_TENANTS = ("tenant_one", "tenant_two")
_PROVISIONER = "dba_provisioner"  # as whoever runs such a script: it makes roles and databases, and is no superuser
_DATABASE = "tenancy"
_APART = "a tenant of its own"
_LIMIT_S = 300


def prove_provisioning(
    server: Server, script: Path, draft: Draft, kind: Literal["schema", "database"], rows: Sequence[str]
) -> list[Probe]:
    """Run `script` for two tenants, write `rows` as the one, and try every table as the other.

    Raises `SurroundingsError` where psql refuses the script."""
    with server.connect() as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB").format(sql.Identifier(_PROVISIONER)))
    server.create_database(_DATABASE)
    with server.connect(_DATABASE) as admin:
        row = admin.execute("SELECT pg_catalog.current_database()").fetchone()
        assert row is not None
        name = sql.Identifier(str(row[0]))
        admin.execute(sql.SQL("GRANT ALL ON DATABASE {} TO {}").format(name, sql.Identifier(_PROVISIONER)))
    # Extensions are a superuser's to make; a provider has them ready.
    with server.connect("template1" if kind == "database" else _DATABASE) as admin:
        for one in sorted(draft.extensions):
            admin.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(sql.Identifier(one)))
    for tenant in _TENANTS:
        _run(server, script, tenant, _DATABASE if kind == "schema" else "postgres")
    return list(_apart(server, draft, kind, rows))


def prove_migrating(server: Server, folder: Path, draft: Draft) -> list[Probe]:
    """Run the migrations in a third tenant's schema, after `prove_provisioning`: they make what the provisioning makes,
    do nothing a second time and in a schema that has them from the start, and leave nothing on the way back.

    Raises `SurroundingsError` where psql refuses a script."""
    one, third = _TENANTS[0], "tenant_three"
    with server.connect(_DATABASE) as admin:
        name, owner = sql.Identifier(third), sql.Identifier(_PROVISIONER)
        admin.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(name, owner))
    first = next(table for table in draft.in_order() if table.what != "history")
    wanted = _dumped(server, one)
    ways = len(list((folder / "tenants" / "migrations").glob("*.down.sql")))
    found: list[Probe] = []

    def say(what: str, holds: bool, why: str) -> None:
        found.append(
            Probe(
                table=first.name, constraint=_APART, kind="tenant", what=what, must="accepted",
                did="accepted" if holds else "refused", holds=holds, why="" if holds else why,
                statements=(f"\\i {MIGRATE}",),
            )
        )  # fmt: skip

    _run(server, folder / MIGRATE, one, _DATABASE)
    say("migrations of a new tenant's schema, which has them", _dumped(server, one) == wanted, "the schema is another")
    for what in ("run in an empty schema make what the provisioning makes", "run again after they were undone do too"):
        _run(server, folder / MIGRATE, third, _DATABASE)
        made = _dumped(server, third)
        say(f"migrations {what}", made == wanted, _first_difference(made, wanted))
        for _ in range(ways):
            _run(server, folder / UNDO, third, _DATABASE)
        left = _dumped(server, third)
        say("migrations undone leave nothing", not left or not ways, "\n".join(left)[:200])
    return found


def _dumped(server: Server, tenant: str) -> list[str]:
    """The statements of a tenant's schema, with its name left out."""
    dump = find_binaries().bin / "pg_dump"
    options = ("-s", "-O", "-x", "-n", tenant, f"--exclude-table={tenant}.{JOURNAL}", "-d", server.url(_DATABASE))
    done = subprocess.run([dump, *options], capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    if done.returncode:
        raise SurroundingsError(f"pg_dump refuses {tenant}: {done.stderr.strip()[:400]}", hint="--pg-bin")
    said = (line for line in done.stdout.splitlines() if line and not line.startswith(("--", "\\", "SET ", "SELECT ")))
    return [line.replace(tenant, "tenant") for line in said if not line.startswith("CREATE SCHEMA ")]


def _first_difference(made: Sequence[str], wanted: Sequence[str]) -> str:
    for here, there in zip_longest(made, wanted, fillvalue="nothing"):
        if here != there:
            return f"{here.strip()} where it is {there.strip()}"
    return ""


def _run(server: Server, script: Path, tenant: str, database: str) -> None:
    url = server.url(database).replace("postgres@", f"{_PROVISIONER}@", 1)
    psql = find_binaries().bin / "psql"
    done = subprocess.run(
        [psql, "-X", "-q", "-v", f"tenant={tenant}", "-d", url, "-f", script],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMIT_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SurroundingsError(f"psql refuses {script.name}: {done.stderr.strip()[:400]}", hint="--pg-bin")


def _apart(server: Server, draft: Draft, kind: str, rows: Sequence[str]) -> Iterator[Probe]:
    one, two = _TENANTS
    first = next(table for table in draft.in_order() if table.what != "history")
    why = ""
    try:
        with _session(server, kind, two) as theirs, theirs.transaction():
            for statement in rows:
                one_statement(theirs, statement)
    except psycopg.Error as err:
        why = err.diag.message_primary or str(err)
    yield Probe(
        table=first.name, constraint=_APART, kind="tenant", what=f"{two} writes {len(rows)} rows of its own",
        must="accepted", did="refused" if why else "accepted", holds=not why, statements=tuple(rows), why=why,
    )  # fmt: skip
    with _session(server, kind, one) as mine:
        for table in draft.tables.values():
            yield _counted(mine, table, q(table.name), "accepted", f"{one} reads its own rows, of which there are none")
            if kind == "schema":
                full = f"{two}.{q(table.name)}"
                yield _counted(mine, table, full, "refused", f"{one} reads the rows of {two}")
                where = f"INSERT INTO {full} DEFAULT VALUES"
                yield _tried(mine, table, where, "refused", f"{one} writes a row into what is {two}'s")
    if kind == "database":
        yield _connected(server, first, one, two)


def _session(server: Server, kind: str, tenant: str, database: str = "") -> psycopg.Connection[Any]:
    return server.connect_as(tenant, database or (_DATABASE if kind == "schema" else tenant))


def _counted(connection: psycopg.Connection[Any], table: Table, name: str, must: str, what: str) -> Probe:
    return _tried(connection, table, f"SELECT count(*) FROM {name}", must, what)


def _tried(connection: psycopg.Connection[Any], table: Table, statement: str, must: Any, what: str) -> Probe:
    why, holds = "", False
    did: Literal["accepted", "refused"] = "accepted"
    try:
        with connection.transaction(force_rollback=True):
            cursor = one_statement(connection, statement)
            row = cursor.fetchone() if cursor.description else None
            holds = must == "accepted" and row is not None and row[0] == 0
            why = "" if holds or row is None else f"{row[0]} rows"
    except psycopg.Error as err:
        did, why = "refused", err.diag.message_primary or str(err)
        holds = must == "refused" and err.sqlstate == "42501"
    return Probe(
        table=table.name, constraint=_APART, kind="tenant", what=what, must=must, did=did, holds=holds,
        statements=(statement,), why=why,
    )  # fmt: skip


def _connected(server: Server, table: Table, one: str, two: str) -> Probe:
    """Whether the role of one tenant gets into the database of another."""
    did: Literal["accepted", "refused"] = "accepted"
    why = ""
    try:
        _session(server, "database", one, two).close()
    except (psycopg.OperationalError, SurroundingsError) as err:
        did, why = "refused", str(err).strip()
    return Probe(
        table=table.name, constraint=_APART, kind="tenant",
        what=f"{one} connects to the database of {two}", must="refused", did=did,
        holds=did == "refused" and "permission denied for database" in why,
        statements=(f"\\connect {two} {one}",), why=why,
    )  # fmt: skip
