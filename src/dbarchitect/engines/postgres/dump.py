"""The source's schema as a script: `pg_dump --schema-only`, which knows every object that PostgreSQL has.

The client's version is the private server's: 18 reads servers back to 9.2. It takes ACCESS SHARE locks for the moment,
and waits for a conflicting one no longer than `_LOCK_WAIT_MS`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

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


def unreadable_tables(connection: psycopg.Connection[Any]) -> list[Name]:
    """Tables that this role may not even lock for reading."""
    return [Name(schema=schema, name=name) for schema, name in connection.execute(_UNREADABLE).fetchall()]


def dump_schema(
    pg_dump: Path, url: str, *, without: Sequence[Name] = (), user: int | None = None
) -> tuple[str, tuple[Gap, ...]]:
    """The script, and a gap for each table in `without`, which is left out. `user`: the uid to run as, if another.

    Raises `SurroundingsError` with pg_dump's own words.
    """
    parameters = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    environment = dict(os.environ)
    if "password" in parameters:  # never on a command line, where every account sees it
        environment["PGPASSWORD"] = parameters.pop("password")
    environment["LC_ALL"] = "C"
    target = make_conninfo("", **parameters)
    command = [
        str(pg_dump), "--schema-only", "--no-owner", "--no-privileges", "--no-security-labels", "--no-publications",
        "--no-subscriptions", "--no-tablespaces", f"--lock-wait-timeout={_LOCK_WAIT_MS}", "--dbname", target,
        *(f"--exclude-table={_pattern(name)}" for name in without),
    ]  # fmt: skip
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, user=user
    )
    if result.returncode:
        words = result.stderr.strip().splitlines()
        reason = next((line for line in words if "error:" in line), words[-1] if words else "no message")
        raise SurroundingsError(f"cannot read the schema: {reason}")
    gaps = tuple(
        Gap(kind="table", name=str(name), effect="this role has no privilege on it: not in the twin")
        for name in without
    )
    return result.stdout, gaps


def _pattern(name: Name) -> str:
    """A pg_dump pattern that matches this one table: quoted, so that no character is a wildcard."""

    def quoted(part: str) -> str:
        return '"' + part.replace('"', '""') + '"'

    return f"{quoted(name.schema)}.{quoted(name.name)}"
