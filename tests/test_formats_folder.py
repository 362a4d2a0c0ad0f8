"""`dba migrate new` and `status`: the next migration from a difference, run by the tools themselves, and how files,
history and database stand beside one another."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import postgres_servers
from dbarchitect.__main__ import main
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import find_binaries
from dbarchitect.migrate.compare import differences
from dbarchitect.migrate.formats import read_folder
from dbarchitect.toolchains import run_python
from migration_tools import DRIZZLE_CONFIG, DRIZZLE_MIGRATE, alembic, alembic_project, prisma_project, run

FIRST = """\
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint NOT NULL);
"""
SECOND = """\
CREATE TYPE state AS ENUM ('new', 'sent');
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint NOT NULL REFERENCES customers, state state DEFAULT 'new');
CREATE INDEX orders_customer_idx ON orders (customer);
CREATE FUNCTION shout(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN upper($1) || ':x;'; END $$;
"""


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("first.sql").write_text(FIRST)
    Path("second.sql").write_text(SECOND)


@pytest.fixture
def dba(capsys):
    """`dba("status", "m")`: exit code, stdout, stderr of `dba migrate status m`."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(("migrate", *arguments))
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def psql(url: str, *files: Path | str) -> None:
    command = [find_binaries().bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]
    for file in files:
        ran = subprocess.run([*command, "-f", file], capture_output=True, text=True)
        assert (ran.returncode, ran.stderr) == (0, "")


def migrate_plain(url: str) -> None:
    psql(url, *sorted(Path("m").glob("*.up.sql")))


def migrate_alembic(url: str) -> None:
    alembic(Path("m"), "upgrade", "head")


def migrate_prisma(url: str) -> None:
    run(Path("m"), "prisma", "migrate", "deploy")


def migrate_drizzle(url: str) -> None:
    run(Path("m"), "node", "migrate.mjs", url)


FORMS = {
    # form: (folder of migrations, options of `new`, what migrates, the tool's tables)
    "plain": ("m", (), migrate_plain, ()),
    "alembic": ("m", (), migrate_alembic, ("TABLE alembic_version",)),
    "prisma": ("m/prisma/migrations", (), migrate_prisma, ("TABLE _prisma_migrations",)),
    # All of Drizzle's migrations run in one transaction, so that the tables must bear the plain forms.
    "drizzle": ("m/drizzle", ("--small",), migrate_drizzle, ("SCHEMA drizzle CASCADE",)),
}


def begin(form: str, url: str) -> None:
    """The project of a tool, as far as it needs one."""
    if form == "alembic":
        alembic_project(Path("m"), url.replace("postgresql://", "postgresql+psycopg://"), "async")
    elif form == "prisma":
        prisma_project(Path("m"), url)
    elif form == "drizzle":
        Path("m").mkdir()
        Path("m/package.json").write_text("{}")
        Path("m/drizzle.config.ts").write_text(DRIZZLE_CONFIG % f'"{url}"')
        Path("m/migrate.mjs").write_text(DRIZZLE_MIGRATE)


@pytest.mark.parametrize("form", FORMS)
def test_the_tool_itself_runs_what_new_wrote(dba, database, form):
    folder, options, migrate, tables = FORMS[form]
    db, wanted = database(), database()
    begin(form, db.url)
    code, out, _ = dba("new", "Opening", "--in", folder, "--to", "first.sql", "--format", form, *options)
    assert code == 0
    assert out.count("wrote ") == {"plain": 3, "alembic": 1, "prisma": 3, "drizzle": 4}[form]
    assert "create table orders" in out
    code, out, _ = dba("new", "more", "--in", folder, "--to", "second.sql", *options)
    assert code == 0
    before = sorted(Path(folder).rglob("*"))
    code, out, _ = dba("new", "nothing", "--in", folder, "--to", "second.sql", *options)
    assert (code, out.splitlines()[0]) == (0, "nothing differs from second.sql: nothing was written")
    assert [one for one in sorted(Path(folder).rglob("*")) if "__pycache__" not in str(one)] == [
        one for one in before if "__pycache__" not in str(one)
    ]
    migrate(db.url)
    if form != "plain":
        code, out, _ = dba("status", folder, "--to", db.url)
        assert (code, out.splitlines()[-1]) == (0, "  no drift"), out
        assert f"history: {form}: " in out
        assert " pending" not in out
        db.connection.execute("CREATE TABLE by_hand ()")
        code, out, _ = dba("status", folder, "--to", db.url)
        assert code == 1
        assert "tables.public.by_hand: is there and should not be" in out
        db.connection.execute("DROP TABLE by_hand")
    for one in tables:
        db.connection.execute(f"DROP {one}".encode())
    psql(wanted.url, "second.sql")
    assert differences(inspect(db.connection), inspect(wanted.connection)) == ()


@pytest.fixture
def plain(dba):
    """A folder of two migrations."""
    assert dba("new", "one", "--in", "m", "--to", "first.sql")[0] == 0
    Path("third.sql").write_text(FIRST + "CREATE TABLE more ();")
    assert dba("new", "two", "--in", "m", "--to", "third.sql")[0] == 0
    return Path("m")


def states(dba, *arguments: str) -> tuple[int, dict[str, str], dict]:
    code, out, err = dba("status", *arguments, "--format", "json")
    found = json.loads(out)
    assert found["drifted"] == bool(code), err
    return code, {one["id"]: one["state"] for one in found.get("migrations", ())}, found


def test_status_follows_our_own_history(dba, plain, database):
    db = database()
    assert states(dba, "m", "--to", db.url)[1] == {"0001": "pending", "0002": "pending"}
    assert dba("apply", "m", "--to", db.url, "--yes", "--force", "--backup", "none")[0] == 0
    code, found, whole = states(dba, "m", "--to", db.url)
    assert (code, found) == (0, {"0001": "applied", "0002": "applied"})
    assert whole["histories"] == ["dbarchitect: dbarchitect.migrations"]
    assert dba("rollback", "m", "--to", db.url, "--yes", "--force", "--backup", "none")[0] == 0
    assert states(dba, "m", "--to", db.url)[:2] == (0, {"0001": "applied", "0002": "pending"})
    file = plain / "0001_one.up.sql"
    file.write_text(file.read_text() + "COMMENT ON TABLE orders IS 'edited';\n")
    code, found, whole = states(dba, "m", "--to", db.url)
    assert (code, found["0001"]) == (1, "edited")
    assert [one["trouble"] for one in whole["problems"]] == ["edited"]
    assert any("orders.comment" in one for one in whole["schema"])
    for one in plain.glob("0001*"):
        one.unlink()
    code, _, err = dba("status", "m", "--accept")
    assert code == 0 and "wrote m/dba.sum" in err
    assert states(dba, "m", "--to", db.url)[1] == {"0002": "pending", "0001": "not in the folder"}


def test_status_says_what_is_half_done(dba, database):
    Path("m").mkdir()
    Path("m/0001_fails.up.sql").write_text(
        "CREATE TABLE a (id int);\nVACUUM;\nALTER TABLE a ADD CHECK (1 / id > 0);\nSELECT 1 / 0;"
    )
    db = database()
    code, _, _ = dba("apply", "m", "--to", db.url, "--yes", "--force", "--backup", "none")
    assert code == 1
    code, out, _ = dba("status", "m", "--to", db.url)
    assert code == 1
    assert "half applied: 3 of 4 steps are done" in out
    assert "the database's schema equals what 0 of the 1 migrations and 3 of the 4 steps of 0001 make" in out


def test_status_of_a_database_without_history(dba, plain, database):
    db = database()
    psql(db.url, *sorted(plain.glob("*.up.sql")))
    code, out, _ = dba("status", "m", "--to", db.url)
    assert code == 0
    assert "history: the database has none" in out
    assert "equals what all 2 migrations make, because it has no history of them" in out


def test_a_server_of_another_version_prints_views_otherwise_and_that_is_no_drift(dba, database, postgres15):
    Path("m").mkdir()
    view = "CREATE VIEW v AS SELECT orders.id, customers.name FROM orders JOIN customers ON customers.id = customer;\n"
    Path("m/0001_all.up.sql").write_text(FIRST + view + "CREATE VIEW w AS SELECT v.name FROM v;\n")
    db = database(on=postgres15)
    psql(db.url, "m/0001_all.up.sql")
    assert dba("status", "m", "--to", db.url)[0] == 0
    db.connection.execute("CREATE OR REPLACE VIEW w AS SELECT upper(v.name) AS name FROM v")
    code, _, whole = states(dba, "m", "--to", db.url)
    assert code == 1
    assert [one.split(":")[0] for one in whole["schema"]] == ["views.public.w.definition"]


def test_a_failed_migration_of_prisma_is_seen(dba, database):
    db = database()
    prisma_project(Path("m"), db.url)
    for name, sql in (("20240101000000_a", "CREATE TABLE a ();"), ("20240102000000_b", "SELECT 1 / 0;")):
        Path("m/prisma/migrations", name).mkdir(parents=True)
        Path("m/prisma/migrations", name, "migration.sql").write_text(sql)
    Path("m/prisma/migrations/migration_lock.toml").write_text('provider = "postgresql"\n')
    with pytest.raises(pytest.fail.Exception, match="division by zero"):
        migrate_prisma(db.url)
    code, found, _ = states(dba, "m/prisma/migrations", "--to", db.url)
    assert (code, found) == (1, {"20240101000000_a": "applied", "20240102000000_b": "failed"})


def test_what_alembic_and_drizzle_record_is_read_back(dba, database):
    db = database()
    begin("alembic", db.url)
    for name, down in (("aaa", None), ("bbb", "aaa"), ("ccc", "bbb")):
        code = f"from alembic import op\nrevision = '{name}'\ndown_revision = {down!r}\n\n\n"
        code += f"def upgrade():\n    op.execute('CREATE TABLE {name} ()')\n\n\ndef downgrade():\n    pass\n"
        Path("m/migrations/versions", f"{name}.py").write_text(code)
    alembic(Path("m"), "upgrade", "bbb")
    assert states(dba, "m", "--to", db.url)[:2] == (0, {"aaa": "applied", "bbb": "applied", "ccc": "pending"})
    db.connection.execute("UPDATE alembic_version SET version_num = 'zzz'")
    code, found, _ = states(dba, "m", "--to", db.url)
    assert (code, found["zzz"], found["aaa"]) == (1, "not in the folder", "pending")
    db.connection.execute("CREATE ROLE stranger LOGIN")
    try:
        stranger = db.url.replace("postgres@", "stranger@")
        code, _, err = dba("status", "m", "--to", stranger)
        assert code == 3
        assert "stranger may not read the history of migrations in public.alembic_version" in err
    finally:
        db.connection.execute("DROP ROLE stranger")


def test_what_is_wrong_is_said_before_anything_is_planned(dba, plain, tmp_path):
    code, _, err = dba("new", "Two", "--in", "m", "--to", "second.sql")
    assert code == 2 and "m has a migration of that name already: 0002 two" in err
    code, _, err = dba("new", "x", "--in", "m", "--to", "second.sql", "--format", "prisma")
    assert code == 2 and "m is a folder in the format plain, and --format says prisma" in err
    code, _, err = dba("new", "x", "--in", "m", "--to", "second.sql", "--format", "flyway")
    assert code == 2 and "flyway" in err and "plain" in err
    code, _, err = dba("new", "x", "--in", "first.sql", "--to", "second.sql")
    assert code == 2 and "there is no folder first.sql" in err
    code, _, err = dba("new", "x", "--in", "nowhere", "--to", "second.sql", "--format", "alembic")
    assert code == 2 and "alembic init" in err
    code, _, err = dba("new", "x", "--in", "first.sql/m", "--to", "second.sql")
    assert code == 3 and "cannot make the folder first.sql/m" in err
    (plain / "0002_two.down.sql").unlink()
    code, _, err = dba("new", "x", "--in", "m", "--to", "second.sql")
    assert code == 2 and "0002_two.down.sql is missing, and dba.sum has it" in err
    assert "dba migrate status m --accept" in err


def test_what_is_lost_has_to_be_allowed(dba, plain):
    code, _, err = dba("new", "less", "--in", "m", "--to", "first.sql")
    assert code == 2 and "loses data" in err
    code, out, _ = dba("new", "less", "--in", "m", "--to", "first.sql", "--allow-loss")
    assert code == 0 and "loses: " in out
    assert "--   loses: " in (plain / "0003_less.up.sql").read_text()


# Ends the process at the Nth thing that it does to the file system, before it is done.
KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from dbarchitect.migrate.formats import Folder, format_of, read_folder, write_migration
from dbarchitect.model.plan import Migration, Step

form, left = sys.argv[1], int(sys.argv[2])
counting = False

def watch(event, arguments):
    global left
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if counting and (writes or event in ("os.rename", "os.mkdir", "os.chmod", "os.remove", "os.rmdir")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)

folder = read_folder(Path("m"), run=None, form=form)
steps = (Step(sql=("SELECT 1", "SELECT 2")), Step(sql=("SELECT 3",)))
sys.addaudithook(watch)
counting = True
write_migration(
    folder, Migration(id="", name="next", up=steps, down=steps[:1]), run=None, now=datetime(2026, 5, 4, tzinfo=UTC)
)
"""


@pytest.mark.parametrize("form", ["plain", "prisma", "drizzle"])
def test_a_killed_run_leaves_a_whole_migration_or_none(form):
    at = 0
    kept = {"plain": "dba.sum", "prisma": "migration_lock.toml", "drizzle": "meta/_journal.json"}[form]
    seen: set[tuple[int, int]] = set()
    whole: dict[str, bytes] | None = None
    runs: list[dict[str, bytes]] = []
    while True:
        at += 1
        subprocess.run(["rm", "-rf", "m"], check=True)
        Path("m").mkdir()
        ran = subprocess.run([sys.executable, "-c", KILLED, form, str(at)], capture_output=True, text=True)
        files = {
            one.relative_to("m").as_posix(): one.read_bytes()
            for one in Path("m").rglob("*")
            if one.is_file() and not any(part.startswith(".") for part in one.relative_to("m").parts)
        }
        if ran.returncode == 0:
            whole = files
            break
        assert ran.returncode == -signal.SIGKILL, ran.stderr
        runs.append(files)
        found = read_folder(Path("m"), run=run_python, form=form)
        seen.add((len(found.migrations), len(found.problems)))
        assert all(len(one.up) == 2 and one.down is not None for one in found.migrations)
    assert len(runs) > 5
    assert whole is not None and kept in whole
    for files in runs:  # no file is there that is not complete
        assert files.items() <= whole.items()
    # The last file makes it part of the history; before it a plain one is there whole, and said to be unrecorded.
    assert seen <= {(0, 0), (1, 0), (1, 2)} and (0, 0) in seen


def test_a_folder_that_cannot_be_written_is_left_as_it_is(dba, plain):
    before = {one: one.read_bytes() for one in plain.iterdir()}
    Path("fourth.sql").write_text(FIRST + "CREATE TABLE more (); CREATE TABLE still_more ();")
    # In the way of the last of the files; root may write everywhere else.
    (plain / "dba.sum").rename("kept")
    (plain / "dba.sum").mkdir()
    code, _, err = dba("new", "x", "--in", "m", "--to", "fourth.sql")
    (plain / "dba.sum").rmdir()
    Path("kept").rename(plain / "dba.sum")
    assert "cannot read m/dba.sum: Is a directory" in err
    assert {one: one.read_bytes() for one in plain.iterdir()} == before
    (plain / "0003_x.up.sql").mkdir()
    code, _, err = dba("new", "x", "--in", "m", "--to", "fourth.sql")
    assert code == 2 and "0003_x.up.sql is there already" in err
    (plain / "0003_x.up.sql").rmdir()
    assert {one: one.read_bytes() for one in plain.iterdir()} == before


def test_alembic_projects_are_sources(dba, capsys):
    begin("alembic", "postgresql://nowhere/")
    code = "from alembic import op\nimport sqlalchemy as sa\nrevision = 'aaa'\ndown_revision = None\n\n\n"
    code += "def upgrade():\n    op.create_table('a', sa.Column('id', sa.CHAR(5)))\n\n\ndef downgrade():\n    pass\n"
    Path("m/migrations/versions/aaa.py").write_text(code)
    assert main(("check", "m")) == 1
    out, _ = capsys.readouterr()
    assert "char-n" in out and "no-primary-key" in out
