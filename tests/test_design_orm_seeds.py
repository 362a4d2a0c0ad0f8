"""The seed command of a mapper's project beside a design loads the rows of the design, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from dbarchitect.api.orm import OrmOptions, orm
from dbarchitect.design.brief import read_brief
from dbarchitect.design.seeds import seed
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres.load import load
from dbarchitect.errors import InputError
from dbarchitect.orm.planting import planted
from dbarchitect.orm.project import TARGETS, File, Project, TargetName
from dbarchitect.sources import Workshop
from dbarchitect.sql.script import split_script
from migration_tools import ENGINE
from migration_tools import run as node
from postgres_servers import test_cache
from test_design import NOW

BRIEF = (
    "A customer has a name and an email (unique). A customer has many orders. "
    "An order has a total in EUR, a placed at and a note. A note is at most 80 characters."
)


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    made = Workshop()
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("to", TARGETS)
def test_the_rows_of_the_design_are_loaded_once(
    to: TargetName, tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = read_brief(BRIEF.encode(), "brief.md").spec
    draft, _ = designed(spec, now=NOW)
    text, counted = seed(draft, spec)
    rows = tuple(one.sql for one in split_script(text, "seed.sql") if one.kind.startswith(("INSERT", "SELECT")))
    schema = tmp_path / "schema.sql"
    schema.write_text(script(draft, "x"))
    tmp_path.chmod(0o755)
    server = workshop.server
    server.create_database("seeded")
    load(server, "seeded", split_script(schema.read_text(), "schema.sql"))
    orm(
        str(schema),
        to,
        tmp_path / "app",
        OrmOptions(rows=rows, cache=test_cache()),
    )
    url = server.url("seeded")
    if to == "tortoise":
        url = url.replace("postgresql://", "psycopg://", 1)
    for name in ("DATABASE_URL", "DIRECT_URL"):
        monkeypatch.setenv(name, url)
    command = seeding(tmp_path / "app", to, monkeypatch)
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path / "app", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        with server.connect("seeded") as admin:
            for table, count in counted.items():
                assert admin.execute(f"SELECT count(*) FROM public.{table}".encode()).fetchone() == (count,)


def seeding(app: Path, to: TargetName, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words that seed the project's database; of a project in TypeScript only when its types compile."""
    if to in ("sqlalchemy", "tortoise"):
        return [sys.executable, "-m", "app.seed"]
    monkeypatch.setenv("PATH", f"{app / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}")
    if to == "prisma":
        node(app, "prisma", "generate")
        monkeypatch.setenv("PRISMA_SCHEMA_ENGINE_BINARY", str(ENGINE))
    node(app, "tsc")
    scripts = json.loads((app / "package.json").read_text())["scripts"]
    return str(scripts.get("seed") or scripts["db:seed"]).split()


@pytest.mark.parametrize("to", TARGETS)
def test_each_target_has_a_program_and_the_rows_beside_it(to: TargetName) -> None:
    rows = ["SELECT set_config('app.tenant', 'x', true)", "INSERT INTO tags (id) VALUES (1)", "SELECT 1"]
    package = File(path="package.json", text='{"scripts": {"db:seed": "tsx src/db/seed.ts"}}')
    made = planted(Project(target=to, files=(package,)), to, "shop", rows)
    data = next(one for one in made.files if one.path.endswith("seed.json"))
    told = json.loads(data.text)
    assert (told["before"], told["rows"]) == (rows[:1], rows[1:])
    program = next(
        one for one in made.files if one.path.rpartition("/")[0] == data.path.rpartition("/")[0] and one != data
    )
    assert "__" not in program.text.replace("__future__", "").replace("__name__", "").replace("__main__", "").replace(
        "__file__", ""
    )
    again = planted(made, to, "shop", rows)
    assert {one.path for one in again.files} == {one.path for one in made.files}


def test_no_rows_are_one_message() -> None:
    with pytest.raises(InputError, match="no rows"):
        planted(replace(Project(target="kysely", files=())), "kysely", "shop", ["SELECT 1"])
