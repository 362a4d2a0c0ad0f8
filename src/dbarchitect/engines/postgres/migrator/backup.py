"""A copy of what a migration can destroy: made by pg_dump from one snapshot, and proved by restoring it.

The proof: the schema is made in a private server, the file's rows are restored into it, and every table must then have
as many rows, with the same checksum, as the snapshot that was dumped.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql as compose
from psycopg.conninfo import make_conninfo

from dbarchitect.engines.postgres.connection import connect
from dbarchitect.engines.postgres.dump import dump_rows, dump_schema, unreadable_tables
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server.binaries import child_environment
from dbarchitect.engines.postgres.server.host import OWNER, owner_session
from dbarchitect.engines.postgres.server.server import Server
from dbarchitect.errors import DbaError, SurroundingsError
from dbarchitect.model.journal import Backup
from dbarchitect.model.names import Name
from dbarchitect.sql.script import split_script

_DATABASE = "restored"

# So that equal values have equal texts on both servers.
_PRINTED = """
select pg_catalog.set_config(name, value, true) from (values
    ('search_path', ''), ('TimeZone', 'UTC'), ('DateStyle', 'ISO'), ('IntervalStyle', 'postgres'),
    ('extra_float_digits', '3'), ('bytea_output', 'hex'), ('row_security', 'off'), ('statement_timeout', '0'))
    setting(name, value)
"""
# Independent of the order of rows: the sum of 64 bits of each row's MD5.
_CHECKSUM = """
select pg_catalog.count(*),
       coalesce(pg_catalog.sum(('x' || pg_catalog.substr(pg_catalog.md5(dba_row::text), 1, 16))
                               ::bit(64)::bigint::numeric), 0)::text
from only {} dba_row
"""
_STORED = """
select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass
                and d.objid = c.oid and d.deptype = 'e')
order by 1, 2
"""

_UNVALIDATED = """
select n.nspname, c.relname, k.conname
from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where not k.convalidated and k.contype in ('c', 'n') and k.coninhcount = 0
"""

Sums = dict[Name, tuple[int, str]]


def save(
    url: str,
    target: Path,
    *,
    pg_dump: Path,
    server: Callable[[], Server],
    only: Sequence[Name] = (),
    say: Callable[[str], None],
) -> Backup:
    """Dump the schema with the rows of the tables `only` (none: of all) to the file `target`, restore that on the
    private `server`, and compare.

    Raises `SurroundingsError` where it cannot be made or does not restore to the same rows; the file stays then.
    """
    with _snapshot(url) as (connection, snapshot):
        listed = _stored(connection)
        wanted = [name for name in listed if not only or name in set(only)]
        say(f"backup: counting the rows of {len(wanted):,} tables")
        sums = _sums(connection, wanted)
        rows = sum(count for count, _ in sums.values())
        say(f"backup: writing {rows:,} rows of {len(wanted):,} tables to {target}")
        _make_room(target)
        # With the whole schema the file can be restored into an empty database, whatever its tables depend on.
        hidden = unreadable_tables(connection)
        rowless = [name for name in listed if name not in sums and name not in hidden]
        dump_rows(pg_dump, connection, target, rowless=rowless, without=hidden, snapshot=snapshot)
        target.chmod(0o600)
        verified = _verify(connection, target, pg_dump, server(), sums, hidden, say)
    return Backup(
        path=str(target),
        tables=tuple(map(str, only)),
        rows={str(name): count for name, (count, _) in sums.items()},
        bytes=target.stat().st_size,
        verified=verified,
        # Beside the original: there the tables may exist, and others depend on them.
        restore=f"createdb NEW && pg_restore --no-owner --dbname=NEW {shlex.quote(str(target))}",
    )


def provider_snapshot(command: str, variables: dict[str, str], *, timeout_s: float | None = None) -> Backup:
    """Run the user's own command for a snapshot; the last line that it prints names it.

    Raises `SurroundingsError` where it ends with another code than 0.
    """
    ran = subprocess.run(
        command, shell=True, env=os.environ | variables, capture_output=True, text=True, check=False, timeout=timeout_s
    )
    if ran.returncode:
        said = (ran.stderr or ran.stdout).strip().splitlines()
        raise SurroundingsError(
            f"the snapshot command ended with code {ran.returncode}: {said[-1] if said else 'it said nothing'}",
            hint="nothing was changed; run it by hand: " + command,
        )
    lines = ran.stdout.strip().splitlines()
    return Backup(path=lines[-1] if lines else "", verified="", restore="as your provider restores snapshots")


@contextlib.contextmanager
def _snapshot(url: str) -> Generator[tuple[psycopg.Connection[Any], str]]:
    with (
        contextlib.closing(connect(url, application_name="dba migrate: backup")) as connection,
        connection.transaction(),
    ):
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute(_PRINTED)
        row = connection.execute("select pg_catalog.pg_export_snapshot()").fetchone()
        assert row is not None
        yield connection, row[0]


def _stored(connection: psycopg.Connection[Any]) -> list[Name]:
    return [Name(schema=schema, name=name) for schema, name in connection.execute(_STORED).fetchall()]


def _sums(connection: psycopg.Connection[Any], tables: Sequence[Name]) -> Sums:
    found: Sums = {}
    for name in tables:
        try:
            row = connection.execute(
                compose.SQL(_CHECKSUM).format(compose.Identifier(name.schema, name.name))
            ).fetchone()
        except psycopg.errors.InsufficientPrivilege as err:
            raise SurroundingsError(
                f"this role may not read all of {name}, which is to be saved: {err.diag.message_primary}",
                hint="GRANT SELECT on it (BYPASSRLS where it has policies), or --backup none and a backup of your own",
            ) from err
        assert row is not None
        found[name] = (row[0], row[1])
    return found


def _make_room(target: Path) -> None:
    try:
        if not target.parent.exists():
            target.parent.mkdir(mode=0o700, parents=True)
            (target.parent / ".gitignore").write_text("*\n")  # rows of a database are not for a repository
        target.touch(mode=0o600)
    except OSError as err:
        raise SurroundingsError(
            f"cannot write the backup {target}: {err.strerror or err}", hint="name another folder: --backup-dir DIR"
        ) from err


def _verify(
    connection: psycopg.Connection[Any],
    target: Path,
    pg_dump: Path,
    server: Server,
    sums: Sums,
    hidden: Sequence[Name],
    say: Callable[[str], None],
) -> str:
    say("backup: restoring it on a private server")
    # pg_dump goes another way than this connection, whose transaction it must not end.
    with contextlib.closing(connect(_same(connection))) as other:
        script, _ = dump_schema(pg_dump, other, without=hidden)
    row = connection.execute("select pg_catalog.getdatabaseencoding()").fetchone()
    assert row is not None
    server.drop_database(_DATABASE)
    server.create_database(_DATABASE, encoding=row[0])
    try:
        try:
            load(server, _DATABASE, split_script(script, "the schema of the backup", allow_empty=True))
        except DbaError as err:
            raise SurroundingsError(
                f"the backup {target} could not be tried: {err.message}", hint="--backup none, and a backup of your own"
            ) from err
        _drop_unvalidated(server)
        _restore(target, pg_dump, server)
        with owner_session(server, _DATABASE) as restored, restored.transaction():
            restored.execute(_PRINTED)
            there = set(_stored(restored))
            missing = [name for name in sums if name not in there]
            found = _sums(restored, [name for name in sums if name in there])
    finally:
        server.drop_database(_DATABASE)
    wrong = [*missing, *(name for name, value in found.items() if value != sums[name])]
    if wrong:
        counts = ", ".join(f"{name} ({sums[name][0]:,} rows)" for name in wrong[:5])
        raise SurroundingsError(
            f"the backup {target} does not restore to what was saved: {counts}",
            hint="nothing was changed; make a backup of your own, then --backup none",
        )
    return f"restored on a private server: {len(sums):,} tables, every count and checksum equal"


def _drop_unvalidated(server: Server) -> None:
    """Take out constraints that were never checked: rows from before them are in the backup too. pg_restore makes them
    after the rows."""
    with owner_session(server, _DATABASE) as owner:
        for schema, table, name in owner.execute(_UNVALIDATED).fetchall():
            owner.execute(
                compose.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}").format(
                    compose.Identifier(schema, table), compose.Identifier(name)
                )
            )


def _restore(target: Path, pg_dump: Path, server: Server) -> None:
    server.ordinary_role(OWNER)
    into = f"host={server.sockets} port={_port(server)} user={OWNER} dbname={_DATABASE}"
    ran = subprocess.run(
        [
            str(pg_dump.with_name("pg_restore")),
            "--data-only",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--dbname",
            into,
            str(target),
        ],
        env=child_environment() | {"PGPASSWORD": "unused"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if ran.returncode:
        said = ran.stderr.strip().splitlines()
        words = next((one for one in said if "error:" in one), said[-1] if said else "no message")
        raise SurroundingsError(
            f"the backup {target} does not restore: {words}",
            hint="nothing was changed; make a backup of your own, then --backup none",
        )


def _port(server: Server) -> str:
    with server.connect() as connection:
        return str(connection.info.port)


def _same(connection: psycopg.Connection[Any]) -> str:
    info = connection.info
    given = info.get_parameters() | ({"password": info.password} if info.password else {})
    return make_conninfo("", **given)
