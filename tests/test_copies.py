"""Copies that commands make (`--copy-with`): the commands that `dba platform` prints, and that nothing is left behind.

The services' command lines are stood in for by scripts with the same options, whose branch is a CREATE DATABASE ...
TEMPLATE on a private server.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

import postgres_servers
from dbarchitect.api.platform import platform
from dbarchitect.api.rehearse import RehearseOptions, rehearse
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.toolchains import copy_by_command

NOW = datetime(2026, 11, 27, tzinfo=UTC)
CACHE = postgres_servers.test_cache()
SHOP = "CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);"
ROWS = "INSERT INTO customers (email) SELECT g || '@x.org' FROM generate_series(1, 50) g"

# neonctl: `branches create --name N`, `connection-string N`, `branches delete N`.
NEON = """#!/bin/sh
case "$1 $2" in
"branches create") [ "$3" = --name ] && exec psql -qX "$ADMIN" -c "CREATE DATABASE \\"$4\\" TEMPLATE \\"$TEMPLATE\\"" ;;
"branches delete") exec psql -qX "$ADMIN" -c "DROP DATABASE \\"$3\\"" ;;
"connection-string $2") echo "$PREFIX$2$SUFFIX" ;;
*) echo "unknown command: $*" >&2; exit 1 ;;
esac
"""
# supabase: `branches create N --with-data`, `branches get N -o env`, `branches delete N`. The first answers are empty.
SUPABASE = """#!/bin/sh
case "$1 $2" in
"branches create")
    [ "$4" = --with-data ] && exec psql -qX "$ADMIN" -c "CREATE DATABASE \\"$3\\" TEMPLATE \\"$TEMPLATE\\"" ;;
"branches get")
    if [ ! -e "$STATE" ]; then touch "$STATE"; echo "not ready" >&2; exit 1; fi
    echo 'POSTGRES_URL="postgresql://pooled"'; echo "POSTGRES_URL_NON_POOLING=\\"$PREFIX$3$SUFFIX\\"" ;;
"branches delete") exec psql -qX "$ADMIN" -c "DROP DATABASE \\"$3\\"" ;;
*) echo "unknown command: $*" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def original(database):
    made = database(SHOP, ROWS)
    made.connection.close()  # a template that somebody is connected to is not copied
    return made


@pytest.fixture
def branches(original, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Stand-ins for the services' command lines on the PATH; what databases there are."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in {"neon": NEON, "supabase": SUPABASE, "sleep": "#!/bin/sh\n"}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    prefix, suffix = original.server.url("COPY").split("COPY", 1)
    monkeypatch.setenv("PATH", os.pathsep.join((str(programs), str(original.server.binaries.bin), os.environ["PATH"])))
    for name, value in {
        "ADMIN": original.server.url("postgres"), "TEMPLATE": original.name, "PREFIX": prefix, "SUFFIX": suffix,
        "STATE": str(tmp_path / "state"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)

    def there() -> list[str]:
        with psycopg.connect(original.server.url("postgres")) as admin:
            found = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'dba-%' ORDER BY 1").fetchall()
        return [row[0] for row in found]

    yield there
    for name in there():
        original.server.drop_database(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "migrations"
    made.mkdir()
    (tmp_path / "shop.sql").write_text(SHOP)
    (made / "0001_note.up.sql").write_text("ALTER TABLE customers ADD COLUMN note text;")
    (made / "0001_note.down.sql").write_text("ALTER TABLE customers DROP COLUMN note;")
    return made


def rehearsed(folder: Path, make: str, drop: str | None):
    options = RehearseOptions(cache=CACHE, now=NOW, copy_with=make, drop_copy_with=drop)
    return rehearse([folder], str(folder.parent / "shop.sql"), options)


@pytest.mark.parametrize("name", ["neon", "supabase"])
def test_the_commands_of_a_platform_make_a_branch_and_take_it_away(name: str, branches, folder: Path) -> None:
    told = platform(name, today=date(2026, 11, 27))
    found = rehearsed(folder, told.copy_with, told.drop_copy_with)
    assert found.verdict == "good" and "made up" not in found.rows
    assert not [one for one in found.gaps if one.kind == "copy"]
    assert branches() == []


@pytest.mark.parametrize("name", ["neon", "supabase"])
def test_a_migration_that_fails_leaves_no_branch(name: str, branches, folder: Path) -> None:
    (folder / "0001_note.up.sql").write_text("ALTER TABLE nowhere ADD COLUMN note text;")
    told = platform(name, today=date(2026, 11, 27))
    assert rehearsed(folder, told.copy_with, told.drop_copy_with).verdict == "fails"
    (folder / "0001_note.up.sql").write_text("ALTER TABL customers;")  # an error of ours, not a verdict
    with pytest.raises(InputError):
        rehearsed(folder, told.copy_with, told.drop_copy_with)
    assert branches() == []


def test_a_branch_that_was_made_before_its_command_failed_is_taken_away(branches, folder: Path) -> None:
    with pytest.raises(SurroundingsError, match="ended with code 7"):
        rehearsed(folder, 'neon branches create --name "$DBA_COPY"; exit 7', 'neon branches delete "$DBA_COPY"')
    assert branches() == []


def test_a_copy_that_cannot_be_taken_away_is_told_and_the_result_is_kept(branches, folder: Path) -> None:
    told = platform("neon", today=date(2026, 11, 27))
    found = rehearsed(folder, told.copy_with, "echo no permission >&2; false")
    assert found.verdict == "good"
    (gap,) = [one for one in found.gaps if one.kind == "copy"]
    assert gap.name in branches() and "no permission" in gap.effect
    with pytest.raises(SurroundingsError, match=r"no postgresql:// URL; and the copy .* may still be there: .*ended"):
        rehearsed(folder, "echo done", "false")
    with pytest.raises(SurroundingsError, match=r"^the command of --copy-with ended with code 3: nothing said\n"):
        rehearsed(folder, "exit 3", "false")  # nothing was made: nothing is said of it


@pytest.mark.parametrize(
    ("number", "when"),
    [
        (signal.SIGINT, "while it is made"),
        (signal.SIGINT, "while it is used"),
        (signal.SIGTERM, "while it is used"),
    ],
)
def test_whoever_interrupts_leaves_no_branch(number, when, branches, folder: Path, tmp_path: Path) -> None:
    reached = tmp_path / "reached"
    wait = f"touch {shlex.quote(str(reached))}; exec {sys.executable} -c 'import time; time.sleep(600)'"
    make = 'neon branches create --name "$DBA_COPY" >&2 && neon connection-string "$DBA_COPY"'
    if when == "while it is made":
        make += f" && {{ {wait}; }}"
    else:
        (folder / "0001_note.up.sql").write_text(
            "ALTER TABLE customers ADD COLUMN note text;\nSELECT pg_sleep(600) FROM customers;"
        )
    words = ["--copy-with", make, "--drop-copy-with", 'neon branches delete "$DBA_COPY"']
    running = subprocess.Popen(
        [sys.executable, "-m", "dbarchitect", "migrate", "rehearse", str(folder), "--source",
         str(tmp_path / "shop.sql"), *words],
        env={**os.environ, "DBA_CACHE": str(CACHE)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for _ in range(600):
            if reached.exists() or (when == "while it is used" and _sleeps(os.environ["ADMIN"])):
                break
            assert running.poll() is None, running.communicate()
            time.sleep(0.05)
        else:
            pytest.fail("it did not get so far")
        assert len(branches()) == 1
        running.send_signal(number)
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
        running.wait()
    assert branches() == []
    assert running.returncode == (130 if number == signal.SIGINT else 143), said
    assert "Traceback" not in said


def _sleeps(admin: str) -> bool:
    with psycopg.connect(admin) as session:
        found = session.execute("SELECT query FROM pg_stat_activity WHERE datname LIKE 'dba-%' AND state = 'active'")
        return any("pg_sleep(600)" in row[0] for row in found)


def test_what_a_command_started_ends_with_it(tmp_path: Path) -> None:
    """An interruption reaches what the shell has started, and the copy is taken away after that."""
    pid = tmp_path / "pid"
    program = (
        "import sys; from dbarchitect.toolchains import copy_by_command\n"
        f"with copy_by_command('sleep 600 & echo $! > {pid}; wait', 'touch {tmp_path}/dropped', name='x', "
        "progress=lambda _: None): pass"
    )
    running = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if pid.exists() and pid.read_text().strip():
                break
            time.sleep(0.05)
        started = int(pid.read_text())
        running.send_signal(signal.SIGINT)
        running.wait(60)
    finally:
        running.kill()
        running.wait()
    assert (tmp_path / "dropped").exists()
    for _ in range(200):  # whoever adopts it takes a moment to reap it
        try:
            state = Path(f"/proc/{started}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            break
        if state == "Z":
            break
        time.sleep(0.05)
    else:
        pytest.fail("it still runs")


def test_what_the_copy_was_called_is_told_to_both_commands(tmp_path: Path) -> None:
    drop = f'echo "$DBA_COPY $DBA_COPY_URL" > {tmp_path}/dropped'
    with copy_by_command("echo x; echo postgresql://h/$DBA_COPY", drop, name="n", progress=lambda _: None) as copy:
        assert copy.url == "postgresql://h/n"
    assert copy.left == "" and (tmp_path / "dropped").read_text() == "n postgresql://h/n\n"
