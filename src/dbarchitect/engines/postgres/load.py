"""A schema script made real in a private database.

The script is somebody else's: it runs as the role `dbarchitect`, which owns the database and is no superuser, on a
connection that *logged in* as that role, so that no RESET or SET ROLE, written out or built inside a DO block, leads
further. Programs, server files, C functions, ALTER SYSTEM, other databases and other servers are therefore closed to
it by the server's own privileges, not by patterns over the text. What needs more is done by the loader on a second
connection, one parsed statement at a time and only for statements that run no code of the script's: CREATE
EXTENSION, event triggers (at the very end, so that they never fire on that connection), foreign servers and tables,
publications, owners. Statements with expressions are not among them: a constant's type, a default or a bound may be
evaluated when they are parsed. Nor does the script's search path hold there but for the statement itself. The
functions of dblink are closed, foreign data wrappers lose their handlers (file_fdw runs programs) save postgres_fdw,
which reaches nothing because user mappings are left out. No object of the script is given to a superuser. What remains
to it is time and disk: a statement may take `_TIMEOUT`.

Statements go to the server in batches of one round trip and one transaction; a batch that fails is run again one by
one. What this server lacks (an extension, a collation, a language, a role) is made up as far as its shape is known
and recorded as a `Gap`; a failure that follows from a gap becomes a gap, any other is the user's `InputError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from dbarchitect.engines.postgres.server.host import OWNER, Host, owner_session
from dbarchitect.engines.postgres.standins import StandIns
from dbarchitect.errors import InputError
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.sql import parse
from dbarchitect.sql.script import Statement

if TYPE_CHECKING:
    import psycopg

_TIMEOUT = "60s"
_TIMEOUT_WITH_DATA = "10min"
_BATCH_STATEMENTS = 400
_BATCH_CHARACTERS = 1 << 20

How = Literal["batch", "alone", "admin", "extension", "copy", "lenient"]


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing to do: `sql` in the way `how`, for `statement`. `lenient` failures are gaps."""

    statement: Statement
    sql: str
    how: How = "batch"


def load(server: Host, database: str, statements: Sequence[Statement], *, data: bool = False) -> tuple[Gap, ...]:
    """Run a script's `statements` in `database` of a private server; returns what could not be carried over.

    Without `data` only structure is loaded: INSERT, UPDATE, COPY and the like are skipped. If that fails, perhaps
    because the script reads rows of its own, the database (if it was empty) is made anew, which ends other connections
    to it, the whole script is tried again with its rows, and these are removed.
    Raises `InputError` with `file:line:column` and the server's message for a statement that fails of its own fault.
    """
    loader = _Loader(server, database, data=data)
    try:
        return loader.run(statements)
    except InputError:
        if data or not loader.rows_skipped or not loader.was_empty:
            raise
        first = _recreate(server, database)
        try:
            gaps = first.run(statements)
        except InputError:
            pass
        else:
            first.remove_rows()
            return (*gaps, Gap(kind="rows", name="data", effect="read by the script itself: loaded, then removed"))
        raise


def _recreate(server: Host, database: str) -> _Loader:
    with server.connect(database) as connection:
        row = connection.execute(
            "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    server.drop_database(database)
    server.create_database(database, locale=str(row[0]), encoding=str(row[1]))
    return _Loader(server, database, data=True)


# --- what to do with each kind of statement ------------------------------------------------------------------------

_SKIPPED = frozenset(
    (
        *("BEGIN", "START", "COMMIT", "END", "ABORT", "ROLLBACK", "SAVEPOINT", "RELEASE"),
        *("CREATE DATABASE", "DROP DATABASE", "DROP ROLE", "DROP USER", "DROP GROUP", "DROP OWNED", "REASSIGN"),
        *("ALTER ROLE", "ALTER USER", "ALTER GROUP", "CREATE TABLESPACE", "ALTER TABLESPACE", "DROP TABLESPACE"),
        *("VACUUM", "ANALYZE", "REINDEX", "CHECKPOINT", "LISTEN", "UNLISTEN", "NOTIFY", "DISCARD", "SHOW", "EXPLAIN"),
        *("LOCK", "DECLARE", "FETCH", "MOVE", "CLOSE", "PREPARE", "EXECUTE", "DEALLOCATE", "ALTER EXTENSION"),
        *("ALTER LARGE OBJECT", "DROP USER MAPPING", "ALTER USER MAPPING", "DROP SUBSCRIPTION"),
    )
)
_REFUSED = {
    "ALTER SYSTEM": "changes the server, not the schema",
    "LOAD": "loads a library into the server",
    "ALTER FOREIGN DATA": "could open files and other servers to the script",
    "IMPORT": "would connect to another server",
    "CREATE SUBSCRIPTION": "would connect to another server",
    "ALTER SUBSCRIPTION": "would connect to another server",
    "CREATE USER MAPPING": "holds the password of another server",
    "SECURITY": "needs a label provider",
}
_ROWS = frozenset(("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "WITH", "SELECT", "CALL"))
# Run by the loader: none of these executes a function of the script's.
_ADMIN = frozenset(
    (
        *("CREATE EVENT TRIGGER", "ALTER EVENT TRIGGER", "DROP EVENT TRIGGER", "DROP EXTENSION"),
        *("CREATE SERVER", "ALTER SERVER", "CREATE FOREIGN DATA"),
    )
)
# Tried as the script's role first. Casts without a function, operator classes, base types and the like are not
# here: PostgreSQL keeps them for superusers because a wrong one reads memory that is not its own.
_ADMIN_IF_DENIED = frozenset(("CREATE PUBLICATION", "ALTER PUBLICATION", "COMMENT", "ALTER PRIVILEGES"))
_NAMES_ROLES = frozenset(("GRANT", "REVOKE", "CREATE POLICY", "ALTER POLICY", "ALTER PRIVILEGES", "CREATE SCHEMA"))
_MAKES_ROLE = frozenset(("CREATE ROLE", "CREATE USER", "CREATE GROUP"))
_IGNORED_SETTINGS = frozenset(
    (
        *("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"),
        *("client_encoding", "names", "session_replication_role", "default_with_oids", "check_function_bodies"),
        *("role", "session", "transaction", "constraints", "local", "client_min_messages", "row_security"),
        *("idle_session_timeout", "session_authorization", "zero_damaged_pages", "synchronous_commit"),
    )
)
_IDENTIFIER = r'(?:"(?:[^"]|"")+"|[\w$.]+)'
_SET = re.compile(r"(?:SET|RESET)\s+(?:(SESSION|LOCAL)\s+(?!AUTH|CHAR))?(TIME\s+ZONE|[\w.]+|\"[^\"]+\")", re.I)
_OWNER = re.compile(rf"\bOWNER\s+TO\s+({_IDENTIFIER})\s*$", re.I)
# What servers of the newest minor versions write among a column's options when it changes; an older pg_dump prints it.
_STAMP = re.compile(r"(?<=\()\s*pg_attver\s*=\s*'?\d+'?\s*,?\s*|,\s*pg_attver\s*=\s*'?\d+'?")
_CONCURRENTLY = re.compile(
    r"^((?:CREATE\s+(?:UNIQUE\s+)?INDEX|DROP\s+INDEX|REFRESH\s+MATERIALIZED\s+VIEW))\s+CONCURRENTLY\b", re.I
)
_SET_CONFIG = re.compile(r"^\s*SELECT\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'(\w+)'", re.I)
_SET_PATH = re.compile(
    r"^\s*SELECT\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'search_path'\s*,\s*('(?:[^'\\]|'')*')\s*,\s*"
    r"(?:true|false|'[a-z]*')\s*\)\s*;?\s*$",
    re.I,
)
_DEFAULT_PATH = "SET search_path = public"
_EVENT_TRIGGER = re.compile(r"(?:CREATE|ALTER|DROP|COMMENT\s+ON)\s+EVENT\s+TRIGGER\b", re.I)
_SETVAL = re.compile(r"^\s*SELECT\s+(?:pg_catalog\s*\.\s*)?setval\s*\(", re.I)
_COPY_STDIN = re.compile(r"\bFROM\s+(?:STDIN)\b", re.I)
_CREATE_ROLE = re.compile(rf"\bCREATE\s+(?:ROLE|USER|GROUP)\s+(?!MAPPING\b|IF\b)({_IDENTIFIER})", re.I)
_ALTER_DATABASE = re.compile(rf"^ALTER\s+DATABASE\s+{_IDENTIFIER}\s+((?:RE)?SET\b.*)$", re.I | re.S)
_LANGUAGE = re.compile(rf"\bLANGUAGE\s+(?:IF\s+NOT\s+EXISTS\s+)?({_IDENTIFIER}|'\w+')", re.I)
_COMMENT_ELSEWHERE = re.compile(r"^COMMENT\s+ON\s+(?:EXTENSION|DATABASE|ROLE|TABLESPACE|LANGUAGE|LARGE)\b", re.I)


class _Loader:
    """One run of one script."""

    def __init__(self, server: Host, database: str, *, data: bool) -> None:
        self._server = server
        self._database = database
        self._data = data
        self._owners: list[tuple[str, str]] = []  # (search_path statement, ALTER ... OWNER TO)
        self._lost: set[str] = set()  # names of objects that were left out
        self._connected = ""
        self.rows_skipped = False
        self.was_empty = False

    def run(self, statements: Sequence[Statement]) -> tuple[Gap, ...]:
        self._role = self._server.ordinary_role(OWNER)
        with self._server.connect(self._database) as admin:
            self._admin = admin
            self._prepare_database()
            self._made = StandIns(admin, self._role, superuser=self._server.superuser)
            self._lost.update(self._made.roles(_roles_named(statements)))
            # The role logs in: after SET ROLE on the superuser's connection, a RESET would lead back.
            with self._server.connect_as(self._role, self._database) as script:
                self._script = script
                script.execute("SET client_encoding = utf8")
                script.execute("SELECT set_config('statement_timeout', %s, false)", (self._timeout(),))
                script.execute("SET check_function_bodies = off")
                script.execute("SET client_min_messages = error")
                steps = self._steps(statements)
                last = [step for step in steps if _EVENT_TRIGGER.match(step.sql)]
                self._run([step for step in steps if step not in last] if last else steps)
                self._hand_over()
                self._run(last)
        return self._made.gaps

    def remove_rows(self) -> None:
        """Empty every table again, as the script's role: a trigger that is enabled always fires here too."""
        with owner_session(self._server, self._database) as owner:
            owner.execute("SET search_path = ''")
            rows = owner.execute(
                """SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_catalog.pg_class c
                WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384 AND c.relnamespace <> 'pg_toast'::regnamespace
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
                                AND d.classid = 'pg_catalog.pg_class'::regclass)"""
            ).fetchone()
            if rows and rows[0]:
                owner.execute(f"TRUNCATE {rows[0]} CASCADE".encode())

    def _timeout(self) -> str:
        return _TIMEOUT_WITH_DATA if self._data else _TIMEOUT

    def _prepare_database(self) -> None:
        admin = self._admin
        # Triggers and event triggers of the script must never run as the superuser.
        if self._server.superuser:
            admin.execute("SET session_replication_role = replica")
            admin.execute("SET allow_system_table_mods = on")
        admin.execute("SET check_function_bodies = off")
        row = admin.execute("SELECT count(*) = 0 FROM pg_catalog.pg_class WHERE oid >= 16384").fetchone()
        self.was_empty = bool(row and row[0])
        role = quote_identifier(self._role)
        admin.execute(f"ALTER DATABASE {quote_identifier(admin.info.dbname)} OWNER TO {role}".encode())
        if not self._server.superuser:
            return
        # From 15 on the owner of the database owns public; before, its own owner does.
        admin.execute(
            f"DO $$ BEGIN IF current_setting('server_version_num')::int < 150000 AND EXISTS (SELECT FROM "
            f"pg_catalog.pg_namespace WHERE nspname = 'public') THEN ALTER SCHEMA public OWNER TO {role}; "
            f"END IF; END $$".encode()
        )

    # --- the plan ---------------------------------------------------------------------------------------------------

    def _steps(self, statements: Iterable[Statement]) -> list[_Step]:
        steps: list[_Step] = []
        path = _DEFAULT_PATH
        open_at: list[tuple[str, int, int]] = []  # BEGIN ("") and SAVEPOINTs by name: what a ROLLBACK takes back
        local: dict[str, str] = {}
        lasting: dict[str, str] = {}
        for statement in statements:
            kind, sql = statement.kind, statement.sql
            if kind in ("BEGIN", "START", "SAVEPOINT"):
                name = _unquoted(sql.split()[-1]) if kind == "SAVEPOINT" else ""
                open_at.append((name, len(steps), len(self._owners)))
            elif kind in ("ROLLBACK", "ABORT") and open_at and not re.search(r"\bPREPARED\b", sql, re.I):
                back = re.search(r"\bTO\s+(?:SAVEPOINT\s+)?(\S+)\s*$", sql, re.I)
                if back is None:
                    _, marks, owners = open_at[0]
                    open_at.clear()
                else:  # the savepoint itself stays, those after it go
                    while len(open_at) > 1 and open_at[-1][0] != _unquoted(back[1]):
                        open_at.pop()
                    _, marks, owners = open_at[-1]
                del steps[marks:]
                del self._owners[owners:]
            elif kind in ("COMMIT", "END"):
                open_at.clear()
            if kind in ("COMMIT", "END", "ROLLBACK", "ABORT") and local:
                steps.extend(_Step(statement, lasting.get(name, f"RESET {name}")) for name in local)
                path = lasting.get("search_path", _DEFAULT_PATH) if "search_path" in local else path
                local.clear()
            if kind in ("SET", "RESET"):
                setting = _SET.match(sql)
                name = setting[2].lower() if setting else ""
                if name in _IGNORED_SETTINGS or (sql[:3].upper() == "RES" and name == "all"):
                    continue
                if setting and (setting[1] or "").upper() == "LOCAL":
                    local[name] = sql
                    sql = sql[: setting.start(1)] + sql[setting.end(1) :]
                elif name:
                    lasting[name] = sql
                if name == "search_path":
                    path = sql if kind == "SET" else _DEFAULT_PATH
                steps.append(_Step(statement, sql))
                continue
            if kind == "SELECT" and (config := _SET_CONFIG.match(sql)):
                # What is computed stays the script's business: the path goes to the loader's connection too.
                if constant := _SET_PATH.match(sql):
                    path = f"SELECT pg_catalog.set_config('search_path', {constant[1]}, false)"
                if config[1].lower() not in _IGNORED_SETTINGS:
                    steps.append(_Step(statement, sql))
                continue
            owner = _OWNER.search(sql) if kind.startswith("ALTER ") else None
            elsewhere = kind in _SKIPPED or kind in _REFUSED or kind == "ALTER DATABASE"
            if owner and not elsewhere and parse.only_changes_owner(sql):
                self._defer_owner(path, sql, owner[1])
                continue
            step = self._step(statement)
            if step is not None:
                steps.append(step)
        return steps

    def _step(self, statement: Statement) -> _Step | None:
        kind, sql = statement.kind, statement.sql
        if kind in _SKIPPED or kind in _MAKES_ROLE:
            return None
        if kind == "META":
            return self._meta(sql)
        if kind in _REFUSED:
            self._made.gap("statement", _brief(sql), f"not run: {_REFUSED[kind]}")
            return None
        if kind == "ALTER DATABASE":
            adapted = _ALTER_DATABASE.match(sql)
            if adapted is None:
                return None
            database = quote_identifier(self._admin.info.dbname)
            return _Step(statement, f"ALTER DATABASE {database} {adapted[1]}", "lenient")
        if kind == "CREATE EXTENSION":
            return _Step(statement, sql, "extension")
        if kind in ("CREATE LANGUAGE", "DROP LANGUAGE"):
            language = _LANGUAGE.search(sql)
            if kind == "CREATE LANGUAGE" and language and _unquoted(language[1]) != "plpgsql":
                return _Step(statement, f"CREATE EXTENSION {quote_identifier(_unquoted(language[1]))}", "extension")
            return None
        if kind in ("GRANT", "REVOKE") and not self._server.superuser and not re.search(r"\bON\b", sql, re.I):
            # Roles are of the whole server, and ours may have the right to change them.
            self._made.gap("statement", _brief(sql), "not run: memberships of roles are left as they are")
            return None
        if kind == "ALTER TABLE" and _STAMP.search(sql):
            sql = _without_stamp(sql)
            return _Step(statement, sql) if sql else None
        if kind == "COMMENT" and _COMMENT_ELSEWHERE.match(sql):
            return None
        if kind == "CREATE FOREIGN TABLE" and parse.has_constants_or_calls(sql):
            self._lose(_Step(statement, sql), "not run: a foreign table with defaults, checks or bounds")
            return None
        if kind == "CREATE FOREIGN DATA" and parse.names_functions_of_wrapper(sql):
            return _Step(statement, f"CREATE FOREIGN DATA WRAPPER {quote_identifier(parse.wrapper_of(sql))}", "admin")
        if kind == "CREATE FOREIGN TABLE" or kind in _ADMIN:
            return _Step(statement, sql, "admin")
        if kind in _ROWS:
            return self._rows(statement)
        if kind == "DO":
            return _Step(statement, sql, "alone")
        if kind == "REFRESH MATERIALIZED VIEW":
            return _Step(statement, _CONCURRENTLY.sub(r"\1", sql), "lenient")
        if kind == "ALTER TYPE" and re.search(r"\bADD\s+VALUE\b", sql, re.I):
            return _Step(statement, sql, "alone")  # the new label can be used only after a commit
        return _Step(statement, _CONCURRENTLY.sub(r"\1", sql))

    def _meta(self, sql: str) -> None:
        word = sql[1:].split()[0] if sql[1:].split() else sql
        if word in ("connect", "c"):
            words = sql.split()
            name = words[1].rstrip(";") if len(words) > 1 else ""
            if self._connected not in ("", name):
                self._made.gap("database", name, "a second database of the script: loaded into the same one")
            self._connected = name or self._connected
            return
        self._made.gap("psql", _brief(sql), "not run: psql alone understands it")

    def _rows(self, statement: Statement) -> _Step | None:
        kind, sql = statement.kind, statement.sql
        if kind == "COPY":
            if not _COPY_STDIN.search(sql):
                if not re.search(r"\bTO\s+STDOUT\b", sql, re.I):
                    self._made.gap(
                        "statement", _brief(sql), "not run: reads or writes files of the server, or runs programs"
                    )
                return None
            if self._data and statement.copy_data is not None:
                return _Step(statement, sql, "copy")
            self.rows_skipped = self.rows_skipped or bool(statement.copy_data)
            return None
        if kind == "SELECT":
            if _SETVAL.match(sql):
                return _Step(statement, sql, "lenient")
            if parse.makes_table(sql):
                return _Step(statement, sql)
            if parse.reads_no_table(sql):  # run for its effect: create_hypertable(...), cron.schedule(...)
                return _Step(statement, sql, "alone" if self._data else "lenient")
        elif kind == "CALL":
            return _Step(statement, sql, "alone" if self._data else "lenient")
        if self._data:
            return _Step(statement, sql)
        self.rows_skipped = self.rows_skipped or kind != "SELECT"
        return None

    def _defer_owner(self, path: str, sql: str, owner: str) -> None:
        if _unquoted(owner) in ("current_user", "session_user", "current_role"):
            return
        self._owners.append((path, sql))

    # --- execution --------------------------------------------------------------------------------------------------

    def _run(self, steps: Sequence[_Step]) -> None:
        batch: list[_Step] = []
        size = 0
        for step in steps:
            if step.how == "batch":
                batch.append(step)
                size += len(step.sql)
                if len(batch) < _BATCH_STATEMENTS and size < _BATCH_CHARACTERS:
                    continue
            self._run_batch(batch)
            batch, size = [], 0
            if step.how != "batch":
                self._run_alone(step)
        self._run_batch(batch)

    def _run_batch(self, batch: Sequence[_Step]) -> None:
        import psycopg

        if len(batch) > 1:
            text = "\n;\n".join(step.sql for step in batch)
            try:
                self._script.execute(text.encode())
                return
            except psycopg.Error:
                self._require_connection(batch[0])
        for step in batch:
            self._run_alone(step)

    def _run_alone(self, step: _Step) -> None:
        import psycopg

        tried: set[str] = set()
        while True:
            try:
                self._execute(step)
                return
            except psycopg.Error as err:
                self._require_connection(step)
                message = str(err.diag.message_primary or err).strip()
                # Each repair makes one missing thing; the same complaint twice means that it did not help.
                again = None if message in tried else self._repair(step, err.sqlstate or "", message)
                if again is None:
                    if self._forgiven(step, err.sqlstate or "", message):
                        return
                    raise self._failure(step, err, message) from err
                if not again.sql:
                    return
                step = again
                tried.add(message)

    def _execute(self, step: _Step) -> None:
        if step.how == "extension":
            name, schema = parse.extension_of(step.sql)
            self._made.extension(name, schema or self._current_schema())
        elif step.how == "admin":
            self._as_admin(step)
        elif step.how == "copy":
            with self._script.cursor().copy(step.sql.encode()) as copy:
                copy.write(step.statement.copy_data or "")
        else:
            self._script.execute(step.sql.encode())

    def _require_connection(self, step: _Step) -> None:
        if self._script.closed or self._admin.closed:
            raise InputError(
                f"{step.statement.position}: the private server ended while it ran this part of the script",
                hint="remove the statement, or load the schema in parts to find it",
            )

    def _as_admin(self, step: _Step) -> None:
        row = self._script.execute("SELECT pg_catalog.current_setting('search_path')").fetchone()
        with self._admin.transaction():
            self._admin.execute("SELECT pg_catalog.set_config('search_path', %s, true)", (row[0] if row else "",))
            self._admin.execute(step.sql.encode())
            self._admin.execute("SELECT pg_catalog.set_config('search_path', '', true)")
        if step.statement.kind == "CREATE FOREIGN DATA":
            self._made.close_ways_out()
        if step.statement.kind == "CREATE FOREIGN TABLE":
            made = parse.created_name(step.sql)
            name = made if made.schema else Name(schema=self._current_schema(), name=made.name)
            self._admin.execute(f"ALTER FOREIGN TABLE {name} OWNER TO {quote_identifier(self._role)}".encode())

    def _failure(self, step: _Step, err: psycopg.Error, message: str) -> InputError:
        position = step.statement.position
        if err.diag.statement_position and step.sql == step.statement.sql:
            before = step.sql[: int(err.diag.statement_position) - 1]
            position = step.statement.at(len(before.encode()))
        detail = f" ({err.diag.message_detail})" if err.diag.message_detail else ""
        hint = err.diag.message_hint or {
            "57014": "the statement took too long: load a schema, not a workload",
            "42601": f"PostgreSQL {self._server.version // 10000} does not know this syntax: use newer binaries",
        }.get(
            err.sqlstate or "",
            f"run the script on an empty PostgreSQL {self._server.version // 10000}; it must succeed there",
        )
        return InputError(f"{position}: {message}{detail}", hint=hint)

    # --- repairs ----------------------------------------------------------------------------------------------------

    def _repair(self, step: _Step, state: str, message: str) -> _Step | None:
        """Make what the statement misses. The step to try again (without SQL: it is done), None if nothing helps."""
        import psycopg

        kind = step.statement.kind
        missing = _MISSING.match(message)
        namespace = _NAMESPACE.match(message)
        try:
            if state == "42501" and step.how != "admin" and kind in _ADMIN_IF_DENIED:
                if parse.has_constants_or_calls(step.sql):
                    return None
                self._as_admin(step)
                return replace(step, sql="")
            if state == "42501" and "leakproof" in message:
                return replace(step, sql=_LEAKPROOF.sub(" ", step.sql, count=1))
            if namespace and self._made.incomplete:
                return replace(step, sql=_without_options(step.sql, namespace[1]))
            if missing and self._make(missing[1], missing[2], kind):
                return step
            if kind == "CREATE COLLATION" and state in ("0A000", "42704", "22023", "42P17"):
                name = parse.created_name(step.sql)
                self._made.collation(name.schema or self._current_schema(), name.name)
                self._own_collation(name)
                return replace(step, sql="")
        except psycopg.Error:
            return None
        return None

    def _make(self, what: str, name: str, kind: str) -> bool:
        schema, bare = _split_name(name)
        if what == "role":
            self._made.roles([bare])
        elif what == "collation":
            self._made.collation(schema, bare)
        elif what == "tablespace":
            self._made.tablespace(bare)
        elif what == "language":
            self._made.extension(bare, "")
        elif what == "access method" and kind != "CREATE INDEX":
            self._made.table_access_method(bare)
        elif what == "type" and self._made.incomplete:
            self._made.type(schema, bare)
        elif what == "foreign-data wrapper":
            self._made.foreign_data_wrapper(bare)
        else:
            return False
        return True

    def _forgiven(self, step: _Step, state: str, message: str) -> bool:
        """Whether the script may go on without the statement; records why."""
        kind, sql = step.statement.kind, step.sql
        undefined = state in _UNDEFINED
        if undefined and (kind.startswith("DROP ") or (kind.startswith("ALTER ") and _DROPS.search(sql))):
            return True  # psql goes on after these too: `pg_dump --clean` on an empty database
        if kind in ("SET", "RESET", "ALTER DATABASE") and state in ("42704", "42501", "22023", "0A000"):
            return True  # a setting of another version, or one that only a superuser may change
        if kind == "CREATE SCHEMA" and state == "42P06" and re.search(r"\bpublic\b", sql):
            return True
        if kind in ("GRANT", "REVOKE", "COMMENT") and state in ("42501", "0LP01"):
            self._made.gap(
                "grant", "objects of the server or of extensions", "privileges and comments on them are left out"
            )
            return True
        if state == "42501":
            self._lose(step, f"not run: {message}")
            return True
        if step.how == "lenient":
            self._lose(step, f"failed here: {message}")
            return True
        if (undefined and self._made.incomplete) or any(f'"{name}"' in message for name in self._lost):
            self._lose(step, f"left out, because something that it needs is missing: {message}")
            return True
        if kind == "CREATE INDEX" and state == "42704" and message.startswith("access method"):
            self._lose(step, f"left out: {message}")
            return True
        return False

    def _lose(self, step: _Step, effect: str) -> None:
        if step.statement.kind.startswith("CREATE "):
            name = parse.created_name(step.sql).name
            if name and step.statement.kind not in ("CREATE INDEX", "CREATE TRIGGER", "CREATE POLICY", "CREATE RULE"):
                self._lost.add(name)
        self._made.gap("statement", f"{step.statement.position} {_brief(step.sql)}", effect)

    def _current_schema(self) -> str:
        row = self._script.execute("SELECT pg_catalog.current_schema()").fetchone()
        return str(row[0]) if row and row[0] else "public"

    def _own_collation(self, name: Name) -> None:
        schema = name.schema or self._current_schema()
        target = Name(schema=schema, name=name.name)
        self._admin.execute(f"ALTER COLLATION {target} OWNER TO {quote_identifier(self._role)}".encode())

    def _hand_over(self) -> None:
        """Give objects to the owners that the script names, save to superusers: what they own would run as they."""
        import psycopg

        superusers = {
            str(row[0]) for row in self._admin.execute("SELECT rolname FROM pg_catalog.pg_roles WHERE rolsuper")
        }
        path = ""
        batch: list[str] = []
        for wanted, sql in self._owners:
            owner = _OWNER.search(sql)
            if owner and _unquoted(owner[1]) in superusers:
                continue
            if wanted != path:
                batch.append(wanted)
                path = wanted
            batch.append(sql)
        for start in range(0, len(batch), _BATCH_STATEMENTS):
            part = batch[start : start + _BATCH_STATEMENTS]
            try:
                self._give(part)
            except (psycopg.Error, _NotTheScriptsError):
                for sql in part:
                    try:
                        self._give([sql])
                    except (psycopg.Error, _NotTheScriptsError):
                        continue  # dropped since, left out with a gap, not its own, or a role that cannot own it
        self._admin.execute("SELECT pg_catalog.set_config('search_path', '', false)")

    def _give(self, batch: Sequence[str]) -> None:
        """Run statements that change owners, if all they change belonged to the script's role."""
        with self._admin.transaction():
            before = self._owned()
            self._admin.execute("\n;\n".join(batch).encode())
            row = self._admin.execute("SELECT pg_catalog.current_setting('search_path')").fetchone()
            self._admin.execute("SELECT pg_catalog.set_config('search_path', '', false)")
            if self._owned() - before:
                raise _NotTheScriptsError
            self._admin.execute("SELECT pg_catalog.set_config('search_path', %s, false)", (row[0] if row else "",))

    def _owned(self) -> set[tuple[int, int]]:
        """The objects of the database that belong to a role which initdb did not make; public, which starts as one of
        those, is free to be given away."""
        return set(
            self._admin.execute(
                """SELECT classid::bigint, objid::bigint FROM pg_catalog.pg_shdepend WHERE deptype = 'o' AND dbid =
                (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
                AND (classid, objid) NOT IN (SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid
                                             FROM pg_catalog.pg_namespace WHERE nspname = 'public')"""
            ).fetchall()
        )


class _NotTheScriptsError(Exception):
    """A statement would have given away what belongs to the server or an extension."""


_UNDEFINED = frozenset(("42704", "42883", "42P01", "42703", "3F000", "42P02", "26000", "34000"))
_DROPS = re.compile(r"\bDROP\b", re.I)
_MISSING = re.compile(
    r"(role|collation|tablespace|language|access method|type|foreign-data wrapper) \"(.+?)\"(?: for encoding \"\w+\")?"
    r" does not exist"
)


_NAMESPACE = re.compile(r'unrecognized parameter namespace "(\w+)"')
_LEAKPROOF = re.compile(r"\bLEAKPROOF\b", re.I)


def _without_options(sql: str, namespace: str) -> str:
    """`sql` without the storage parameters of an extension; empty where an ALTER has no others."""
    option = rf"\b{re.escape(namespace)}\.\w+(?:\s*=\s*(?:'[^']*'|[^,()']+))?\s*"
    rest = re.sub(rf",\s*{option}|{option},?", "", sql)
    rest = re.sub(r"\bWITH\s*\(\s*\)", "", rest, flags=re.I)
    return "" if re.search(r"\b(?:RE)?SET\s*\(\s*\)", rest, re.I) else rest


def _without_stamp(sql: str) -> str:
    """`sql` without the stamp of a column's last change; empty where it sets nothing else."""
    rest = _STAMP.sub("", sql)
    return "" if re.search(r"\bSET\s*\(\s*\)", rest, re.I) else rest


def _split_name(name: str) -> tuple[str, str]:
    """Schema and name of how a message writes them: `public.geometry`, `en-US-x-icu`."""
    schema, dot, bare = name.partition(".")
    return (schema, bare) if dot and re.fullmatch(r"[\w$]+", schema) else ("", name)


def _unquoted(identifier: str) -> str:
    text = identifier.strip()
    return text[1:-1].replace(text[0] * 2, text[0]) if text[:1] in ('"', "'") else text.lower()


def _brief(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _roles_named(statements: Iterable[Statement]) -> list[str]:
    """The roles that a script creates, grants to, or gives objects to."""
    names: dict[str, None] = {}
    for statement in statements:
        sql = statement.sql
        if statement.kind in _NAMES_ROLES:
            names.update(dict.fromkeys(parse.roles_of(sql)))
        elif statement.kind.startswith("ALTER ") and (owner := _OWNER.search(sql)):
            names[_unquoted(owner[1])] = None
        elif statement.kind == "DO" or statement.kind in _MAKES_ROLE:
            names.update(dict.fromkeys(_unquoted(name) for name in _CREATE_ROLE.findall(sql)))
    for keyword in ("current_user", "session_user", "current_role"):
        names.pop(keyword, None)
    return list(names)
