"""The private server: a PostgreSQL of our own, up in a fraction of a second, gone with the process.

Each server is the child of a small shell, its *watchdog*, that waits on a pipe whose other end only this process
holds. However this process ends (normally, Ctrl-C, kill -9), the kernel closes that end, and the watchdog stops the
server and removes its files. If the watchdog was killed as well, the next start does it (see `cluster.py`).
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString
from urllib.parse import quote

from dbarchitect.engines.limit import put_under_limit
from dbarchitect.engines.postgres.server.binaries import MAJORS, WAYS_OUT, Binaries, child_environment, find_binaries
from dbarchitect.engines.postgres.server.cluster import Cluster, default_cache, named_errors, new_cluster, no_space
from dbarchitect.engines.postgres.server.host import Provider, confine, keep_owner, locale_clause, seal
from dbarchitect.errors import SurroundingsError

if TYPE_CHECKING:
    import psycopg

__all__ = ["MAJORS", "Binaries", "Server", "default_cache", "find_binaries", "private_server"]

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 30.0

# $1 instance directory, $2 socket directory, rest: the command of the server. Standard input is
# the pipe, standard output is inherited by the server so that its end is seen as end of file. A background job of
# sh is born ignoring SIGINT and SIGQUIT until the server installs its handlers; SIGTERM covers these milliseconds.
_WATCHDOG = """
trap : HUP INT TERM
instance=$1 sockets=$2
shift 2
ulimit -v 4194304 2>/dev/null  # KiB of one process: planning a constant must not fill the machine
"$@" </dev/null &
pid=$!
exec >/dev/null
order=
read -r order
trap '' HUP INT TERM
if [ "$order" = halt ]; then
    kill -INT $pid
    wait $pid
    exit 0
fi
kill -TERM $pid
kill -QUIT $pid
wait $pid
rm -rf "$instance" "$sockets"
"""

# A private copy may lose everything in a crash: it is thrown away anyway.
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "40",
    "max_locks_per_transaction": "2048",  # a restore of thousands of tables in one transaction
    "autovacuum": "off",  # would replace the statistics that a twin was given
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1d",
    "restart_after_crash": "off",  # the end of the server must be seen, not healed
    "lc_messages": "C",  # messages are matched and shown
    "timezone": "UTC",
    "log_timezone": "UTC",
    "default_text_search_config": "pg_catalog.english",  # as initdb writes it
    "temp_file_limit": "20GB",  # a role that is no superuser cannot raise it
}


class Server:
    """One running private cluster, made by `private_server`.

    `data` is its PGDATA and `sockets` the directory of its socket; `uid` and `gid` own the files in `data`, so whoever
    writes one by hand gives it to them.
    """

    def __init__(self, cluster: Cluster, *, port: str) -> None:
        """Nothing runs yet: `resume` starts the server on the cluster's files."""
        self.binaries = cluster.binaries
        self.uid = cluster.account.uid
        self.gid = cluster.account.gid
        self.data = cluster.data
        self.log = cluster.log
        self.sockets = cluster.sockets
        self._cluster = cluster
        self._port = port
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._aborted = False
        self._stopped = False
        self._locales: dict[str, bool] = {}
        self._roles: set[str] = set()  # of `ordinary_role`: no plan and no script may drop one

    @property
    def version(self) -> int:
        """server_version_num, 180006 style."""
        return self.binaries.version

    @property
    def superuser(self) -> bool:
        """`connect` gives a superuser's session."""
        return True

    def with_files(self) -> Server:
        """The server itself: its files are ours."""
        return self

    def url(self, database: str = "postgres") -> str:
        """Where any client of this account reaches `database`, through the socket."""
        folder = quote(str(self.sockets), safe="")
        return f"postgresql://postgres@/{quote(database, safe='')}?host={folder}&port={self._port}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A new connection to `database` as the superuser `postgres`, in autocommit; sealed (see `host.seal`)."""
        return self._session("postgres", database, seal(self.version))

    def connect_as(self, role: str, database: str) -> psycopg.Connection:
        """A new connection to `database` as `role`, in autocommit."""
        return self._session(role, database, "")

    def _session(self, role: str, database: str, options: str) -> psycopg.Connection:
        import psycopg

        connection = psycopg.connect(
            host=str(self.sockets),
            port=self._port,
            user=role,
            dbname=database,
            autocommit=True,
            # What the user's PG* environment says is about other servers: name what could reach this one.
            options=f"-c client_min_messages=warning {options}",
            password="unused",  # and so no password file is read, nor complained about
            require_auth="none",
            gssencmode="disable",
            channel_binding="disable",
            target_session_attrs="any",
            connect_timeout=30,
            application_name="dbarchitect",
        )
        if connection.info.get_parameters().get("hostaddr"):
            connection.close()
            raise SurroundingsError("PGHOSTADDR is set and would lead away from the private server", hint="unset it")
        return connection

    def ordinary_role(self, purpose: str) -> str:
        """The role `purpose`, made when it is missing: it may log in, is past row security, and is no superuser."""
        from psycopg import sql

        if purpose in self._roles:
            return purpose
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s", (purpose,)).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN BYPASSRLS").format(sql.Identifier(purpose)))
                confine(connection, purpose)
        self._roles.add(purpose)
        return purpose

    def has_locale(self, locale: str) -> bool:
        """Whether the C library here knows `locale`, so that a database can be made with it."""
        if locale not in self._locales:
            import psycopg
            from psycopg import sql

            probe = sql.SQL("CREATE COLLATION public.dbarchitect_probe (LC_COLLATE = {0}, LC_CTYPE = {0})")
            with self.connect() as connection:
                try:
                    with connection.transaction(force_rollback=True):
                        connection.execute(probe.format(locale))
                    self._locales[locale] = True
                except psycopg.Error as err:
                    # The locale exists, for databases of another encoding than this one's.
                    self._locales[locale] = "does not match locale" in str(err)
        return self._locales[locale]

    def create_database(
        self, name: str, *, locale: str | None = None, encoding: str | None = None, provider: Provider = "libc"
    ) -> None:
        """An empty database `name`. Without `locale` it sorts by code point and knows Unicode's letters (C.UTF-8).

        `provider` is whose `locale` is: the C library's, or PostgreSQL's own (17 and newer).
        Raises `SurroundingsError` where there is no such locale, or not in that encoding.
        """
        import psycopg
        from psycopg import sql

        if locale is None:
            locale = "C.UTF-8" if encoding in (None, "UTF8") and self.has_locale("C.UTF-8") else "C"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} {}" + self._strategy).format(
            sql.Identifier(name), encoding or "UTF8", locale_clause(provider, locale)
        )
        with self.connect() as connection:
            try:
                connection.execute(statement)
            except (
                psycopg.errors.WrongObjectType,
                psycopg.errors.InvalidParameterValue,
                psycopg.errors.UndefinedObject,  # an encoding that PostgreSQL does not have
            ) as err:
                raise SurroundingsError(
                    f"no database with locale {locale} and encoding {encoding or 'UTF8'} here: "
                    f"{err.diag.message_primary}",
                    hint="install the locale in the operating system (`locale -a` lists those it has)"
                    if provider == "libc"
                    else "PostgreSQL's own locales are C and C.UTF-8, of 18 on PG_UNICODE_FAST too",
                ) from err

    @property
    def _strategy(self) -> LiteralString:
        """How a database is copied: the other way writes every page of the template through the WAL."""
        return " STRATEGY file_copy" if self.binaries.major >= 15 else ""

    def copy_database(self, original: str, copy: str) -> None:
        """A copy of a database to which nobody is connected."""
        from psycopg import sql

        with self.connect() as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + self._strategy)
            connection.execute(statement.format(sql.Identifier(copy), sql.Identifier(original)))
            keep_owner(connection, original, copy)

    def drop_database(self, name: str) -> None:
        """Drop `name` if it exists, whoever is connected to it."""
        from psycopg import sql

        with self.connect() as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    @contextlib.contextmanager
    def halted(self) -> Generator[Path]:
        """The data directory while the server is down, for whoever edits its files.

        The server runs again afterwards, also where the block raises: others may use it still.
        """
        self.halt()
        try:
            yield self.data
        finally:
            self.resume()

    def halt(self) -> None:
        """Shut down cleanly, closing all connections; the files stay for `resume`."""
        watchdog, self._watchdog = self._watchdog, None
        if watchdog is None:
            return
        assert watchdog.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it is gone already; what follows says so
            watchdog.stdin.write(b"halt\n")
            watchdog.stdin.flush()
        if not _ends(watchdog, _STOP_TIMEOUT_S) or (self.data / "postmaster.pid").exists():
            raise self._failure("the private server did not shut down cleanly")

    def resume(self) -> None:
        """Start on the files in `data` and return when connections are accepted."""
        state = self.data / "postmaster.pid"
        state.unlink(missing_ok=True)
        command = [self.binaries.postgres, "-D", self.data, "-k", self.sockets]
        account = self._cluster.account
        with named_errors(self._cluster.directory), self.log.open("ab") as log, account.powers():
            self._watchdog = subprocess.Popen(
                ["/bin/sh", "-c", _WATCHDOG, "dbarchitect", self._cluster.directory, self.sockets, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",  # the account may not be able to enter ours
                env=child_environment(),
                start_new_session=True,  # Ctrl-C is for us: the server must live until we have let go of it
                user=account.user,
                group=account.group,
                extra_groups=account.groups,
            )
        deadline = time.monotonic() + _START_TIMEOUT_S
        pause = 0.002
        while not _says_ready(state):
            if not self.alive:
                raise self._failure("the private server did not start")
            if time.monotonic() > deadline:
                raise self._failure(f"the private server was not ready after {_START_TIMEOUT_S:.0f} s")
            time.sleep(pause)
            pause = min(pause * 1.3, 0.05)

    def limit_memory(self, pid: int, most: int) -> None:
        """Let one of its processes have `most` bytes of address space, where the system can do that (Linux)."""
        account = self._cluster.account
        with contextlib.suppress(FileNotFoundError):  # no util-linux
            # As the server's account: a container's root may lack the power over the limits of others.
            subprocess.run(
                ["prlimit", "--pid", str(pid), f"--as={most}:{most}"],
                user=account.user,
                group=account.group,
                extra_groups=account.groups,
                capture_output=True,
                check=False,
            )

    @property
    def alive(self) -> bool:
        """Whether any process of the server runs, and none was told to end."""
        if self._watchdog is None or self._aborted:
            return False
        # The server and its children hold the other end; sh does not. Nobody writes to it but a talkative library.
        output = self._watchdog.stdout
        assert output is not None
        while select.select([output], [], [], 0)[0]:
            if not os.read(output.fileno(), 4096):
                return False
        return True

    def abort(self) -> None:
        """End it from another thread, in the middle of whatever it does; `stop` is still to be called."""
        self._aborted = True
        if (watchdog := self._watchdog) is not None:
            assert watchdog.stdin is not None
            with contextlib.suppress(OSError, ValueError):  # it is ending already
                os.write(watchdog.stdin.fileno(), b"end\n")

    def stop(self) -> None:
        """Stop at once and remove every file. Calling it again does nothing."""
        if self._stopped:
            return
        self._stopped = True
        watchdog, self._watchdog = self._watchdog, None
        if watchdog is not None:
            _ends(watchdog, _STOP_TIMEOUT_S)
        self._cluster.clear()

    def _failure(self, what: str) -> SurroundingsError:
        tail = self._tail()
        if "No space left on device" in tail:
            return no_space(self.data)
        return SurroundingsError(
            f"{what}; its log ends with:\n{tail}" if tail else what, hint=f"run the command again, or {WAYS_OUT}"
        )

    def _tail(self, lines: int = 8) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


@contextlib.contextmanager
def private_server(
    pg_bin: Path | Binaries | None = None, *, cache: Path | None = None, settings: Mapping[str, str] = {}
) -> Generator[Server]:
    """A private server of the embedded binaries, or of those in `pg_bin`; stopped and removed at the end.

    `cache` is the directory for the template and the instances, `default_cache()` if None. `settings` are lines of
    postgresql.conf that replace or follow ours. Raises `SurroundingsError` where binaries, account, disk or server
    do not play along.
    """
    binaries = pg_bin if isinstance(pg_bin, Binaries) else find_binaries(pg_bin)
    conf = {**_SETTINGS, **settings}
    with new_cluster(binaries, cache or default_cache(), conf) as cluster:
        server = Server(cluster, port=conf["port"])
        put_under_limit(server.abort)
        try:
            try:
                server.resume()
            except SurroundingsError:
                cluster.distrust_template()
                raise
            yield server
        finally:
            server.stop()


def _says_ready(state: Path) -> bool:
    """Whether postmaster.pid says that connections are accepted (its eighth line; what `pg_ctl -w` reads)."""
    try:
        lines = state.read_text().split("\n")
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _ends(process: subprocess.Popen[bytes], timeout: float) -> bool:
    """Close our end of the watchdog's pipe, which is an order to stop, and wait for it."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    finally:
        process.stdout.close()
    return True
