"""The tools whose migrations are read and written, and small projects of theirs.

Alembic is installed with the tests; Prisma and Drizzle come from npm, fetched once into the tests' cache.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

from postgres_servers import downloads

_PACKAGES = {
    "prisma": "7.10.1",
    "@prisma/client": "7.10.0",
    "@prisma/adapter-pg": "7.10.1",
    "@prisma/adapter-libsql": "7.10.0",
    "@prisma/adapter-better-sqlite3": "7.10.0",
    "@prisma/driver-adapter-utils": "7.10.1",
    # Prisma's migration engine, which it otherwise downloads when it is run.
    "@prisma/schema-engine-wasm": "8.1.0-2.59be4fda12412a79eeb9c2ae727b6aa723593323",
    "pg": "8.16.3",
    "drizzle-orm": "0.45.4",
    "drizzle-kit": "0.31.11",
    "kysely": "0.29.9",
    "postgres": "3.4.9",
    "redis": "6.3.1",
    "ioredis": "6.0.0",
    "@upstash/redis": "1.39.0",
    "typescript": "5.9.3",
    "tsx": "4.23.15",
    "@types/node": "20.19.43",
    "@types/pg": "8.23.1",
}
ENGINE = Path(__file__).with_name("prisma_engine.mjs")


_RELEASE_CANDIDATE = "1.0.0-rc.5"


def packages(*, drizzle_1: bool = False) -> Path:
    """The folder with the `node_modules` of Prisma and Drizzle; with `drizzle_1` the one for Drizzle 1.0."""
    wanted = _PACKAGES
    if drizzle_1:
        wanted = {name: version for name, version in wanted.items() if "prisma" not in name and name != "kysely"}
        wanted |= {"drizzle-orm": _RELEASE_CANDIDATE, "drizzle-kit": _RELEASE_CANDIDATE}
    return fetched(tuple(wanted.items()))


@cache
def fetched(wanted: tuple[tuple[str, str], ...], *options: str) -> Path:
    """The folder with the `node_modules` of these packages (name, version), fetched once into the tests' cache.
    `options`: of `npm install`."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail("these tests run tools of Node.js, and `npm` is not installed: install Node.js 20 or newer")
    home = downloads() / "node"
    home.mkdir(parents=True, exist_ok=True)
    manifest = json.dumps({"private": True, "dependencies": dict(wanted)})
    done = home / hashlib.sha256(manifest.encode()).hexdigest()[:12]
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one test run want them at the same time
        if not done.exists():
            folder = Path(tempfile.mkdtemp(prefix="fetch-", dir=home))
            (folder / "package.json").write_text(manifest)
            install = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *options]
            ran = subprocess.run(install, cwd=folder, capture_output=True, text=True)
            if ran.returncode:
                shutil.rmtree(folder)
                pytest.fail(
                    f"`npm install` of {', '.join(dict(wanted))} failed: {ran.stderr.strip() or ran.stdout.strip()}"
                )
            folder.rename(done)
    return done


def run(project: Path, *command: str) -> str:
    """Run a tool in a project folder (which gets a link to the packages); what it prints. Fails the test otherwise."""
    project = project.resolve()
    link = project / "node_modules"
    if not link.is_symlink():
        link.symlink_to(packages() / "node_modules")
    tool, *arguments = command
    environment = os.environ | {
        "PRISMA_SCHEMA_ENGINE_BINARY": str(ENGINE),
        "CHECKPOINT_DISABLE": "1",
        "PRISMA_HIDE_UPDATE_MESSAGE": "1",
        "NO_COLOR": "1",
    }
    program = [tool] if tool == "node" else [str(link / ".bin" / tool)]
    ran = subprocess.run([*program, *arguments], cwd=project, env=environment, capture_output=True, text=True)
    if ran.returncode:
        pytest.fail(f"{' '.join(command)}\n{ran.stdout}{ran.stderr}", pytrace=False)
    return ran.stdout + ran.stderr


def alembic(project: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "alembic", *arguments]
    ran = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def alembic_project(path: Path, url: str, template: str) -> Path:
    """A project of Alembic's own making that has a revision of somebody else."""
    path.mkdir()
    alembic(path, "init", "-t", template, "migrations")
    ini = path / "alembic.ini"
    text = ini.read_text().replace("driver://user:pass@localhost/dbname", url.replace("%", "%%"))
    ini.write_text(text.replace("# file_template", "file_template", 1))  # with the date in the name
    return path


PRISMA_CONFIG = """import { defineConfig } from "prisma/config";
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: %s },
});
"""


def prisma_project(path: Path, url: str) -> Path:
    (path / "prisma").mkdir(parents=True)
    (path / "prisma.config.ts").write_text(PRISMA_CONFIG % f'"{url}"')
    (path / "prisma" / "schema.prisma").write_text('datasource db {\n  provider = "postgresql"\n}\n')
    (path / "package.json").write_text("{}")
    return path


DRIZZLE_CONFIG = """import { defineConfig } from "drizzle-kit";
export default defineConfig({ dialect: "postgresql", schema: "./schema.ts", out: "./drizzle",
  dbCredentials: { url: %s } });
"""
DRIZZLE_SCHEMA = """import { bigint, pgTable, text } from "drizzle-orm/pg-core";
export const people = pgTable("people", { id: bigint({ mode: "bigint" }).primaryKey(), name: text() });
"""
DRIZZLE_MIGRATE = """import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
const db = drizzle(process.argv[2]);
await migrate(db, { migrationsFolder: "drizzle" });
await db.$client.end();
"""


def drizzle_project(path: Path, url: str) -> Path:
    """A project whose first migration is drizzle-kit's own."""
    path.mkdir()
    (path / "drizzle.config.ts").write_text(DRIZZLE_CONFIG % f'"{url}"')
    (path / "schema.ts").write_text(DRIZZLE_SCHEMA)
    (path / "migrate.mjs").write_text(DRIZZLE_MIGRATE)
    (path / "package.json").write_text("{}")
    run(path, "drizzle-kit", "generate", "--name", "people")
    return path
