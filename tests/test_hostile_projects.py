"""Names that a foreign database brings into generated code, and folders that came from elsewhere."""

from __future__ import annotations

import ast
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import postgres_servers
from dbarchitect.api.design import DesignOptions, read_spec
from dbarchitect.api.orm import MANIFEST, OrmOptions, orm
from dbarchitect.cli import run
from dbarchitect.errors import InputError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPTIONS = OrmOptions(cache=postgres_servers.test_cache(), now=NOW)
SCHEMA = '"a""""""\nprint(1)\n"'
HOSTILE = f'''
CREATE SCHEMA {SCHEMA};
CREATE TABLE {SCHEMA}.t (id integer PRIMARY KEY, cls integer, "self" text);
COMMENT ON TABLE {SCHEMA}.t IS E'one """ two\\rprint(1)\\nthree';
CREATE TABLE "print(1)" (cls integer, "x""" text DEFAULT E'\\n"""', PRIMARY KEY (cls, "x"""));
CREATE SEQUENCE "2024_no";
CREATE SEQUENCE "import";
CREATE SEQUENCE sa;
CREATE SEQUENCE zero;
'''


@pytest.mark.parametrize("target", ["sqlalchemy", "tortoise"])
def test_names_never_become_code(target: str, tmp_path: Path) -> None:
    (tmp_path / "s.sql").write_text(HOSTILE)
    orm(str(tmp_path / "s.sql"), target, tmp_path / "out", OPTIONS)  # type: ignore[arg-type]
    files = list((tmp_path / "out").rglob("*.py"))
    assert files
    for file in files:
        tree = ast.parse(file.read_text(), str(file))
        called = {one.func.id for one in ast.walk(tree) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)}
        assert "print" not in called or file.name in ("seed.py", "__main__.py"), file
        compile(tree, str(file), "exec")


def test_a_manifest_names_no_file_outside_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "s.sql").write_text("CREATE TABLE t (id integer PRIMARY KEY);")
    precious = tmp_path / "precious"
    precious.write_text("")
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("../precious", str(precious)):
        (folder / MANIFEST).write_text(json.dumps({"target": "kysely", "files": {name: ""}}))
        with pytest.raises(InputError, match="is no file of the folder"):
            orm(str(tmp_path / "s.sql"), "kysely", folder, OPTIONS)
    assert precious.exists()


def test_a_design_leaves_the_files_of_others_alone(tmp_path: Path) -> None:
    brief = tmp_path / "brief.md"
    brief.write_text("A user has a name. A note has a text. A user has many notes.")
    folder = tmp_path / "x"
    words = ["design", str(brief), "-o", str(folder), "--lab-rows", "1000"]
    assert run(words) == 0
    notes = folder / "migrations" / "NOTES.md"
    notes.write_bytes(b"mine\r\n\xe9")
    assert run(words) == 0
    assert notes.read_bytes() == b"mine\r\n\xe9"
    shutil.rmtree(folder / "evidence")
    assert run([*words, "--fresh"]) == 0
    assert notes.read_bytes() == b"mine\r\n\xe9"
    manifest = folder / ".dba-design.json"
    known = json.loads(manifest.read_text())
    known["files"]["../brief.md"] = ""
    manifest.write_text(json.dumps(known))
    with pytest.raises(InputError, match="is no file of the folder"):
        run(words)
    assert brief.exists()


def test_a_block_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    brief = tmp_path / "brief.md"
    blocks = "```sql\nCREATE TABEL x (id int);\n```\n\n```prisma\nmodel Y { id Int @id }\n```\n"
    brief.write_text(f"A user has a name.\n\n{blocks}")
    spec = read_spec(brief, cache=DesignOptions(cache=postgres_servers.test_cache()).cache)
    assert [(one.text, one.line) for one in spec.unread] == [("a block of sql", 4), ("a block of prisma", 8)]
