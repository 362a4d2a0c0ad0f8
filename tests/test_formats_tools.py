"""Migrations in the formats of Alembic, Prisma and Drizzle: these tools run what was written, and the catalogue is that
of the same steps as plain SQL."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import find_binaries
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.migrate.backfill import loop
from dbarchitect.migrate.compare import differences
from dbarchitect.migrate.formats import empty_folder, format_of, read_folder, write_migration
from dbarchitect.migrate.formats.alembic import _call
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Backfill, Migration, Step
from dbarchitect.toolchains import run_python
from migration_tools import (
    DRIZZLE_CONFIG,
    DRIZZLE_MIGRATE,
    alembic,
    alembic_project,
    drizzle_project,
    prisma_project,
    run,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FILL = Backfill(table=Name(schema="public", name="orders"), key=("id",), assignments={"note": "'no: ' || id"}, batch=10)
OPENING = (
    Step(
        sql=(
            "CREATE TYPE public.state AS ENUM ('new', 'sent')",
            "CREATE TABLE public.orders (\n    id bigint PRIMARY KEY,\n\tstate public.state DEFAULT 'new'\n)",
        ),
        does="create table orders",
    ),
    Step(
        sql=(
            "CREATE FUNCTION public.odd(text) RETURNS text LANGUAGE plpgsql AS $f$\n"
            "BEGIN\n\tRETURN $1 || ':name \\:x 100%s :: 12:30' || E'\\t;\\\\'; -- a comment; in it\nEND $f$",
        ),
        does="create function odd(text)",
        why="a body with: everything",
    ),
    Step(sql=("INSERT INTO public.orders SELECT generate_series(1, 25)",), does="rows"),
)
OPENING_BACK = (
    Step(sql=("DROP FUNCTION public.odd(text)",), undoes=2, does="drop function odd(text)"),
    Step(sql=("DROP TABLE public.orders", "DROP TYPE public.state"), undoes=1, loses=("all rows of orders",)),
)
ADDITION = (
    Step(sql=("ALTER TABLE public.orders ADD COLUMN note text",), does="add column orders.note"),
    Step(
        sql=("ALTER TABLE public.orders ADD CONSTRAINT note_there CHECK (note IS NOT NULL) NOT VALID",),
        does="promise that note is there",
    ),
)
FILLED = Step(sql=(loop(FILL),), backfill=FILL, transactional=False, does="fill orders.note")
VALID = Step(sql=("ALTER TABLE public.orders VALIDATE CONSTRAINT note_there",), does="check the promise")
INDEX = Step(
    sql=("CREATE INDEX CONCURRENTLY orders_note_idx ON public.orders (note text_pattern_ops)",),
    transactional=False,
    lock_timeout_ms=0,
    does="index orders_note_idx",
)
NO_INDEX = Step(sql=("DROP INDEX CONCURRENTLY public.orders_note_idx",), undoes=5, transactional=False)
NO_COLUMN = Step(sql=("ALTER TABLE public.orders DROP COLUMN note",), undoes=1, loses=("orders.note",))


def migrations(*, backfill: bool = True) -> tuple[Migration, Migration]:
    """An opening, and what follows in every mode that a step can have."""
    steps = (*ADDITION, FILLED, VALID, INDEX) if backfill else (ADDITION[0], INDEX)
    back = (NO_INDEX if backfill else replace(NO_INDEX, undoes=2), NO_COLUMN)
    return (
        Migration(id="", name="opening", up=OPENING, down=OPENING_BACK),
        Migration(id="", name="add order notes", up=steps, down=back),
    )


def placeless(steps):
    return None if steps is None else tuple(replace(one, position=None) for one in steps)


def write_all(path: Path, form, wanted, **options):
    """Write migrations one after the other; each must be read back as it was written."""
    if not path.is_dir():
        empty_folder(path, form)
    found = []
    for one in wanted:
        folder = replace(read_folder(path, run=run_python, form=form), path=str(path))
        written = write_migration(folder, one, run=run_python, now=NOW, **options)
        found.append(written)
        again = read_folder(path, run=run_python).migrations[-len(written.migrations) :]
        assert [replace(m, up=placeless(m.up), down=placeless(m.down)) for m in again] == list(written.migrations)
        assert all(step.position is not None for m in again for step in m.up)
        assert all(Path(file).exists() for file in written.files)
    assert format_of(path) == form
    return found


@pytest.fixture
def plainly(tmp_path, database):
    """`plainly(migrations)`: the catalogue of a database that psql has run them on, as plain files."""

    def catalogue(wanted):
        db = database()
        written = write_all(tmp_path / "plain", "plain", wanted)
        psql = [find_binaries().bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", db.url]
        for one in written:
            ran = subprocess.run([*psql, "-f", one.files[0]], capture_output=True, text=True)
            assert (ran.returncode, ran.stderr) == (0, "")
        return inspect(db.connection)

    return catalogue


def without(connection: psycopg.Connection, *drop: str):
    """The catalogue of a database without the history of a tool."""
    for one in drop:
        connection.execute(f"DROP {one}".encode())
    return inspect(connection)


# --- Alembic --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", ["generic", "async", "pyproject"])
def test_alembic_runs_what_was_written(tmp_path, database, plainly, template):
    db = database()
    url = db.url.replace("postgresql://", "postgresql+psycopg://")
    home = alembic_project(tmp_path / "app", url, template)
    (first, second) = write_all(home, "alembic", migrations())
    assert second.migrations[0].parents == (first.migrations[0].id,)
    assert Path(second.files[0]).parent == home / "migrations" / "versions"
    alembic(home, "upgrade", "head")
    after = without(db.connection, "TABLE public.alembic_version")
    assert differences(after, plainly(migrations())) == ()
    notes = "SELECT count(DISTINCT xmin::text), min(note) FROM public.orders"
    assert db.connection.execute(notes).fetchone() == (3, "no: 1")  # 25 rows in batches of 10


def test_alembic_goes_back(tmp_path, database):
    db = database()
    home = alembic_project(tmp_path / "app", db.url.replace("postgresql://", "postgresql+psycopg://"), "generic")
    before = inspect(db.connection)
    write_all(home / "migrations", "alembic", migrations())
    idle = (Step(sql=(), does="nothing"), Step(sql=("CREATE TABLE public.idle ()",), does="create table idle"))
    back = (Step(sql=("DROP TABLE public.idle",), undoes=2),)
    write_all(home, "alembic", [Migration(id="", name="idle", up=idle, down=back)])
    alembic(home, "upgrade", "head")
    alembic(home, "downgrade", "base")
    assert differences(without(db.connection, "TABLE public.alembic_version"), before) == ()
    write_all(home / "migrations" / "versions", "alembic", [Migration(id="", name="one way", up=ADDITION[:1])])
    with pytest.raises(InputError, match="has a migration of that name already"):
        write_all(home, "alembic", [Migration(id="", name="One-Way", up=ADDITION[:1])])


REVISION = '''"""{message}"""
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down}
branch_labels = depends_on = None


def upgrade():
{up}


def downgrade():
    {back}
'''


def revision(
    home: Path, name: str, down: object, up: str, back: str = "op.drop_table('t')", message: str = "m"
) -> Path:
    path = home / "migrations" / "versions" / f"{name}.py"
    path.write_text(REVISION.format(revision=name, down=repr(down), up=up, back=back, message=message))
    return path


def test_revisions_of_others_are_read(tmp_path):
    home = alembic_project(tmp_path / "app", "driver://user:pass@localhost/dbname", "generic")
    revision(home, "aaa", None, "    op.create_table('t', sa.Column('a', sa.Text(), server_default='x:y 5%'))")
    concurrently = (
        "    op.add_column('t', sa.Column('b', sa.Integer()))\n    with op.get_context().autocommit_block():\n"
        "        op.create_index('t_b', 't', ['b'], postgresql_concurrently=True)\n    op.execute('UPDATE t SET b = 1')"
    )
    file = revision(home, "bbb", "aaa", concurrently, "raise NotImplementedError", message="index it\\n\\nmore")
    first, second = read_folder(home, run=run_python).migrations
    assert first.up[0].sql[0].endswith("a TEXT DEFAULT 'x:y 5%'\n)")
    assert (first.down[0].sql, second.down, second.name, second.parents) == (
        ("DROP TABLE t",),
        None,
        "index it",
        ("aaa",),
    )
    assert [(step.transactional, step.sql) for step in second.up] == [
        (True, ("ALTER TABLE t ADD COLUMN b INTEGER",)),
        (False, ("CREATE INDEX CONCURRENTLY t_b ON t (b)",)),
        (True, ("UPDATE t SET b = 1",)),
    ]
    lines = file.read_text().split("\n")
    assert [lines[step.position.line - 1].strip()[:12] for step in second.up] == [
        "op.add_colum",
        "op.create_in",
        "op.execute('",
    ]


def test_two_heads_and_a_merge(tmp_path):
    home = alembic_project(tmp_path / "app", "postgresql://nowhere/", "async")
    for name, down in (("aaa", None), ("bbb", "aaa"), ("ccc", "aaa")):
        revision(home, name, down, f"    op.execute('CREATE TABLE {name} ()')")
    folder = read_folder(home, run=run_python)
    assert [one.trouble for one in folder.problems] == ["fork"]
    with pytest.raises(InputError, match="has 2 heads: bbb, ccc"):
        write_migration(folder, Migration(id="", name="x", up=ADDITION), run=run_python, now=NOW)
    revision(home, "ddd", ("bbb", "ccc"), "    pass")
    folder = read_folder(home, run=run_python)
    assert folder.problems == () and folder.heads == ("ddd",)
    assert folder.migrations[-1].parents == ("bbb", "ccc") and folder.migrations[-1].up == ()


def test_what_alembic_refuses_is_said(tmp_path):
    home = alembic_project(tmp_path / "app", "postgresql://nowhere/", "generic")
    read = "    op.execute('SELECT %d' % op.get_bind().execute(sa.text('SELECT 1')).scalar())"
    asks = revision(home, "aaa", None, read)
    with pytest.raises(InputError, match="the SQL of revision aaa cannot be had without a database"):
        read_folder(home, run=run_python)
    asks.unlink()
    revision(home, "bbb", "gone", "    pass")
    with pytest.raises(InputError, match=r"Alembic cannot work with .*gone"):
        read_folder(home, run=run_python)
    (home / "migrations" / "env.py").write_text("import no_such_package")
    (home / "migrations" / "versions" / "bbb.py").unlink()
    with pytest.raises(InputError, match="No module named 'no_such_package'") as refused:
        read_folder(home, run=run_python)
    assert "--python" in refused.value.hint
    with pytest.raises(InputError, match="there is no Alembic project"):
        read_folder(tmp_path, run=run_python, form="alembic")


def test_a_project_without_alembic_is_told_what_to_install(tmp_path):
    home = alembic_project(tmp_path / "app", "postgresql://nowhere/", "generic")
    bare = home / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    with pytest.raises(SurroundingsError, match="has no alembic") as refused:
        read_folder(home, run=run_python)  # the project's own environment is the one that is asked
    assert "pip install 'dbarchitect[alembic]'" in refused.value.hint
    (bare / "bin" / "python").unlink()
    (bare / "bin" / "python").write_text("#!/bin/sh\necho broken >&2\nexit 4\n")
    (bare / "bin" / "python").chmod(0o755)
    with pytest.raises(SurroundingsError, match="ended with code 4: broken"):
        read_folder(home, run=run_python)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(":\\ab1$ \n'%s\""), max_size=12))
def test_op_execute_passes_any_text_on(text):
    import sqlalchemy
    from sqlalchemy.dialects.postgresql import asyncpg, psycopg

    ran = []
    given = {"op": SimpleNamespace(execute=ran.append), "DDL": sqlalchemy.DDL}
    exec(_call(text), given)
    assert str(ran[0].compile(dialect=asyncpg.dialect())) == text
    assert str(ran[0].compile(dialect=psycopg.dialect())) == text.replace("%", "%%")


# --- Prisma ---------------------------------------------------------------------------------------------------------


def test_prisma_runs_what_was_written(tmp_path, database, plainly):
    db = database()
    home = prisma_project(tmp_path / "app", db.url)
    first, second = write_all(home / "prisma" / "migrations", "prisma", migrations())
    assert [one.id for one in (*first.migrations, *second.migrations)] == [
        "20260504120000_opening",
        "20260504120001_add_order_notes",
        "20260504120002_add_order_notes_2",
        "20260504120003_add_order_notes_3",
        "20260504120004_add_order_notes_4",
    ]
    assert any("4 folders instead of one" in note for note in second.notes)
    assert [len(one.down) for one in second.migrations] == [1, 0, 0, 1]
    said = run(home, "prisma", "migrate", "deploy")
    assert "All migrations have been successfully applied" in said
    assert "Database schema is up to date" in run(home, "prisma", "migrate", "status")
    after = without(db.connection, "TABLE public._prisma_migrations")
    assert differences(after, plainly(migrations())) == ()
    for one in reversed((*first.migrations, *second.migrations)):  # the ways back, as a rollback runs them
        for step in one.down:
            for statement in step.sql:
                db.connection.execute(statement)
    assert differences(inspect(db.connection), inspect(database().connection)) == ()


def test_prisma_folders_of_others(tmp_path):
    folder = tmp_path / "migrations"
    for name in ("20240101000000_init", "20240202000000_more", "junk"):
        (folder / name).mkdir(parents=True)
    (folder / "20240101000000_init" / "migration.sql").write_text("CREATE TABLE a ();\nCREATE TABLE b ();")
    (folder / "20240202000000_more" / "migration.sql").write_text("-- This is an empty migration.")
    found = read_folder(folder, run=run_python)
    assert (found.format, [one.name for one in found.migrations]) == ("prisma", ["init", "more"])
    assert [len(one.up) for one in found.migrations] == [1, 0]
    assert [one.name for one in found.gaps] == ["junk"]
    (folder / "20240101000000_init" / "snapshot.json").write_text("{}")
    with pytest.raises(InputError, match=r"layout of Drizzle 1\.0"):
        write_migration(found, migrations()[0], run=run_python, now=NOW)
    (folder / "migration_lock.toml").write_text('provider = "mysql"')
    with pytest.raises(InputError, match="says mysql"):
        read_folder(folder, run=run_python)


def test_all_that_takes_back_everything_goes_to_the_last_folder(tmp_path):
    back = (Step(sql=("DROP SCHEMA public CASCADE",), undoes=0),)
    written = write_migration(
        empty_folder(tmp_path, "prisma"),
        Migration(id="", name="x", up=(*ADDITION, INDEX), down=back),
        run=run_python,
        now=NOW,
    )
    assert [one.down for one in written.migrations] == [(), back]


def test_half_of_a_migration_does_not_stay(tmp_path):
    """Whatever stops it: here a text that no file can hold."""
    torn = replace(INDEX, sql=("SELECT '\ud800'",))
    folder = empty_folder(tmp_path, "prisma")
    with pytest.raises(UnicodeEncodeError):
        write_migration(folder, Migration(id="", name="x", up=(*ADDITION, torn)), run=run_python, now=NOW)
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == []


# --- Drizzle --------------------------------------------------------------------------------------------------------


def test_drizzle_runs_what_was_written(tmp_path, database, plainly):
    db = database()
    home = drizzle_project(tmp_path / "app", db.url)
    wanted = migrations(backfill=False)
    first, second = write_all(home / "drizzle", "drizzle", wanted, apart=True)
    assert [one.migrations[0].id for one in (first, second)] == ["0001_opening", "0002_add_order_notes"]
    run(home, "node", "migrate.mjs", db.url)
    for step in second.migrations[0].up[1:]:
        db.connection.execute(step.sql[0])
    after = without(db.connection, "SCHEMA drizzle CASCADE", "TABLE public.people")
    assert differences(after, plainly(wanted)) == ()
    # drizzle-kit goes on from there: the snapshots are a chain, and schema.ts has nothing new.
    assert "Everything's fine" in run(home, "drizzle-kit", "check")
    assert "No schema changes" in run(home, "drizzle-kit", "generate")


def test_drizzle_from_nothing_and_with_its_own_command(tmp_path, database, plainly):
    db = database()
    home = tmp_path / "app"
    write_all(home / "drizzle", "drizzle", migrations()[:1])
    (home / "drizzle.config.ts").write_text(DRIZZLE_CONFIG % f'"{db.url}"')
    (home / "schema.ts").write_text("export {};\n")
    (home / "package.json").write_text("{}")
    assert "No schema changes" in run(home, "drizzle-kit", "generate")
    run(home, "node", "-e", "1")
    (home / "migrate.mjs").write_text(DRIZZLE_MIGRATE)
    run(home, "node", "migrate.mjs", db.url)
    assert differences(without(db.connection, "SCHEMA drizzle CASCADE"), plainly(migrations()[:1])) == ()


def test_what_drizzle_cannot_run_is_refused(tmp_path):
    folder = empty_folder(tmp_path / "drizzle", "drizzle")
    with pytest.raises(
        InputError, match=r"step 3 \(fill orders.note\) must stand outside one, with steps after it"
    ) as refused:
        write_migration(folder, migrations()[1], run=run_python, now=NOW, apart=True)
    assert "--format plain" in refused.value.hint
    with pytest.raises(InputError, match=r"step 2 \(index orders_note_idx\) must stand outside one") as refused:
        write_migration(folder, migrations(backfill=False)[1], run=run_python, now=NOW)
    assert "--apart" in refused.value.hint
    assert list(Path(folder.path).iterdir()) == []


def test_drizzle_journals_that_are_wrong(tmp_path):
    folder = tmp_path / "drizzle"
    write_all(folder, "drizzle", [replace(one, up=one.up[:1]) for one in migrations()])
    journal = folder / "meta" / "_journal.json"
    text = journal.read_text()
    when = int(NOW.timestamp() * 1000)
    assert str(when + 1) in text
    journal.write_text(text.replace(str(when + 1), str(when)))
    (folder / "0000_opening.sql").rename(folder / "stray.sql")
    found = read_folder(folder, run=run_python)
    assert [(one.trouble, one.where) for one in found.problems] == [("missing", "0000_opening")]
    assert [one.name for one in found.gaps] == ["stray.sql"]
    (folder / "stray.sql").rename(folder / "0000_opening.sql")
    assert [one.trouble for one in read_folder(folder, run=run_python).problems] == ["out of order"]
    journal.write_text('{"entries": 1}')
    with pytest.raises(InputError, match="is no journal of Drizzle"):
        read_folder(folder, run=run_python)
