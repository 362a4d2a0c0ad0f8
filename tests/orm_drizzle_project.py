"""Projects of `dba orm --to drizzle`, and what drizzle-kit, TypeScript and Node say of them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dbarchitect.api.orm import OrmOptions, orm
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.migrate.compare import differences
from dbarchitect.model.schema import Relational
from dbarchitect.orm.project import Generated, Host, Settings
from migration_tools import packages
from postgres_servers import test_cache

OTHER_CONFIG = """import { defineConfig } from "drizzle-kit";
export default defineConfig({ dialect: "postgresql", schema: "./src/db/schema.ts", out: "./other" });
"""


def made(source: str, folder: Path, *, host: Host = "server", scaffold: bool = True, **more: Any) -> Generated:
    """`dba orm SOURCE --to drizzle -o FOLDER`; the source is a script or a file."""
    if "\n" in source:
        file = folder.with_name(folder.name + ".sql")
        file.write_text(source)
        source = str(file)
    variant = more.pop("variant", "")
    settings = Settings(host=host, variant=variant, scaffold=scaffold)
    found = orm(source, "drizzle", folder, OrmOptions(settings=settings, cache=test_cache(), **more))
    link = folder / "node_modules"
    if not link.is_symlink():
        link.symlink_to(packages(drizzle_1=variant == "1.0") / "node_modules")
    return found


def tool(folder: Path, *command: str, url: str = "", fails: bool = False) -> str:
    """Run a program of the packages in a project; what it prints."""
    environment: Mapping[str, str] = os.environ | {"NO_COLOR": "1"} | ({"DATABASE_URL": url} if url else {})
    program = [str(folder / "node_modules" / ".bin" / command[0]), *command[1:]]
    ran = subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True)
    if bool(ran.returncode) != fails:
        pytest.fail(f"{' '.join(command)}\n{ran.stdout}{ran.stderr}", pytrace=False)
    return ran.stdout + ran.stderr


def snapshot_differs(folder: Path) -> list[str]:
    """Where our snapshot is not the one that drizzle-kit makes of the same schema.ts."""
    (folder / "other.config.ts").write_text(OTHER_CONFIG)
    tool(folder, "drizzle-kit", "generate", "--config", "other.config.ts")
    (folder / "other.config.ts").unlink()
    if not (folder / "drizzle" / "meta").exists():  # of 1.0: a list of entities
        theirs, ours = (
            {
                json.dumps([one.pop(key, None) for key in ("entityType", "schema", "table", "name")]): one
                for file in (folder / part).glob("*/snapshot.json")
                for one in json.loads(file.read_text())["ddl"]
            }
            for part in ("other", "drizzle")
        )
        return _differences("", ours, theirs)
    file = folder / "other" / "meta" / "0000_snapshot.json"
    if not file.exists():  # drizzle-kit writes none of a schema without anything
        return []
    ours = json.loads((folder / "drizzle" / "meta" / "0000_snapshot.json").read_text())
    return _differences("", ours | {"id": ""}, json.loads(file.read_text()) | {"id": ""})


def _differences(path: str, ours: Any, theirs: Any) -> list[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found: list[str] = []
        for key in sorted({*ours, *theirs}):
            found += _differences(f"{path}/{key}", ours.get(key, "absent"), theirs.get(key, "absent"))
        return found
    return [] if ours == theirs and type(ours) is type(theirs) else [f"{path}: {ours!r}, drizzle-kit {theirs!r}"]


def migrated(folder: Path, db: psycopg.Connection, url: str, wanted: Relational) -> tuple[str, ...]:
    """What is not as it should be after `drizzle-kit migrate` in an empty database."""
    tool(folder, "drizzle-kit", "migrate", url=url)
    db.execute("ALTER SCHEMA drizzle RENAME TO drizzle_away")
    try:
        # Its history is put aside, not dropped: the way back needs it.
        found = inspect(db, facts=False)
    finally:
        db.execute("ALTER SCHEMA drizzle_away RENAME TO drizzle")
    return tuple(one for one in differences(wanted, found, privileges=False) if "drizzle_away" not in one)


def quiet(folder: Path) -> None:
    """drizzle-kit finds nothing to do and nothing wrong."""
    said = tool(folder, "drizzle-kit", "generate")
    assert "No schema changes" in said, said
    assert "Everything's fine" in tool(folder, "drizzle-kit", "check")


def texts(folder: Path) -> dict[str, str]:
    """All files of the project by path."""
    return {
        str(one.relative_to(folder)): one.read_text()
        for one in sorted(folder.rglob("*"))
        if one.is_file() and "node_modules" not in one.parts and "other" not in one.parts
    }
