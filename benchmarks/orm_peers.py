"""The introspectors of the mappers themselves: from a database to code, and by the mapper's own tool to DDL again.

Where one writes code or SQL that does not run, it is mended with the fewest words that make it run, the same way in
every run, and each kind of mending is reported. The fresh database has the extensions already.
A statement that fails all the same is left out and reported.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

SCHEMAS = ("public", "customs")
KYSELY_CODEGEN = {"kysely-codegen": "0.20.0", "kysely": "0.29.9", "pg": "8.16.3", "typescript": "5.9.3"}


@dataclass
class Trip:
    """What had to be mended on the way back to a database, what the database refused; each a line."""

    crashed: list[str] = field(default_factory=list[str])
    mended: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])

    def replace(self, text: str, pattern: str, by: str, why: str) -> str:
        """`text` with every match replaced; kept in `mended` where there is one."""
        changed, count = re.subn(pattern, by, text, flags=re.M)
        if count:
            self.mended.append(f"{why} ({count})")
        return changed


def prepare(connection: psycopg.Connection, *, schema: bool) -> None:
    """What an introspector does not make: extensions, perhaps the second schema."""
    connection.execute("CREATE EXTENSION btree_gist")
    connection.execute("CREATE EXTENSION vector")
    if schema:
        connection.execute("CREATE SCHEMA customs")


def run(folder: Path, *command: str) -> str:
    """What a command prints. Raises `RuntimeError` with it where the command fails."""
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=os.environ | {"NO_COLOR": "1"}, check=False
    )
    if ran.returncode:
        raise RuntimeError(f"{command[0]}: {(ran.stderr + ran.stdout)[-1500:]}")
    return ran.stdout + ran.stderr


def execute(connection: psycopg.Connection, statements: Iterator[str] | list[str], trip: Trip) -> None:
    """Run statements one by one, past those that fail."""
    for statement in statements:
        try:
            connection.execute(statement.encode())
        except psycopg.Error as err:
            head = re.sub(r"\s+", " ", re.sub(r"--.*", "", statement)).strip()
            trip.refused.append(f"{head[:70]}: {str(err.diag.message_primary)[:110]}")


def sqlacodegen(source: str, target: str, folder: Path) -> Trip:
    """sqlacodegen, then `metadata.create_all`."""
    import sqlalchemy

    trip = Trip()
    file = folder / "models.py"
    program = shutil.which("sqlacodegen", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if program is None:
        raise RuntimeError("sqlacodegen: not installed; pip install -r benchmarks/requirements.txt")
    driver = source.replace("postgresql://", "postgresql+psycopg://")
    run(folder, program, "--schemas", ",".join(SCHEMAS), "--outfile", str(file), driver)
    text = file.read_text()
    _import(text, trip)
    text = trip.replace(text, r"metadata=MetaData\(\)", "metadata=None", "`MetaData` not imported")
    _import(text, trip)
    text = trip.replace(text, r"\(collation='default'\), 'default', ", "(), ", "a collation as argument of `DOMAIN`")
    text = trip.replace(text, r"create_type=False", "create_type=True", "domains that are not created")
    metadata = _import(text, trip).Base.metadata
    # Tables of the default schema come twice, with and without its name.
    twice = {one.key for one in metadata.sorted_tables if one.schema is None and f"public.{one.key}" in metadata.tables}
    trip.mended.append(f"tables that are there twice ({len(twice)})") if twice else None
    for table in metadata.sorted_tables:
        for index in [one for one in table.indexes if not one.expressions]:
            if table.key not in twice:
                trip.mended.append(f"an index without columns ({index.name})")
            table.indexes.discard(index)
    engine = sqlalchemy.create_engine(target.replace("postgresql://", "postgresql+psycopg://"))
    first = [one for one in metadata.sorted_tables if one.schema == "public"]
    rest = [one for one in metadata.sorted_tables if one.schema != "public" and one.key not in twice]
    for tables in (first, rest):
        metadata.create_all(engine.execution_options(schema_translate_map={"public": None}), tables=tables)
    engine.dispose()
    return trip


def _import(text: str, trip: Trip) -> types.ModuleType:
    spec = importlib.util.spec_from_loader("models_of_sqlacodegen", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["models_of_sqlacodegen"] = module  # where SQLAlchemy looks annotations up
    try:
        exec(compile(text, "models.py", "exec"), module.__dict__)
    except Exception as err:  # noqa: BLE001 - whatever the generated code raises is the answer
        trip.crashed.append(f"import: {type(err).__name__}: {str(err)[:90]}")
    return module


PRISMA_SCHEMA = """generator client {
  provider        = "prisma-client"
  output          = "../generated"
  previewFeatures = ["partialIndexes", "views"]
}

datasource db {
  provider = "postgresql"
  schemas  = [%s]
}
"""
PRISMA_CONFIG = """import { defineConfig } from "prisma/config";
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: %s },
});
"""


def prisma(source: str, target: psycopg.Connection, folder: Path) -> Trip:
    """`prisma db pull`, then `prisma migrate diff --from-empty --script`."""
    from migration_tools import run as node

    trip = Trip()
    (folder / "prisma").mkdir()
    (folder / "prisma.config.ts").write_text(PRISMA_CONFIG % json.dumps(source))
    names = ", ".join(json.dumps(one) for one in SCHEMAS)
    (folder / "prisma" / "schema.prisma").write_text(PRISMA_SCHEMA % names)
    (folder / "package.json").write_text("{}")
    node(folder, "prisma", "db", "pull")
    script = node(
        folder, "prisma", "migrate", "diff", "--from-empty", "--to-schema", "prisma/schema.prisma", "--script"
    )
    script = script[script.index("-- Create") :].replace("Loaded Prisma config from prisma.config.ts.", "")
    trip_script = trip.replace(
        script, r'^(    "(?:amount|words)" \S+) DEFAULT .*,$', r"\1,", "a generated column's expression as DEFAULT"
    )
    execute(target, [one for one in re.split(r";\n", trip_script) if re.sub(r"--.*", "", one).strip()], trip)
    return trip


DRIZZLE_CONFIG = """import { defineConfig } from "drizzle-kit";
export default defineConfig({ dialect: "postgresql", schema: "./drizzle/schema.ts", out: %s,
  schemaFilter: [%s], dbCredentials: { url: %s } });
"""
_BASES = {"call_sign": "text", "customs.weight_kg": "numeric(12, 3)"}  # drizzle-kit knows no domains


def drizzle(source: str, target: psycopg.Connection, folder: Path) -> Trip:
    """`drizzle-kit pull`, then `drizzle-kit generate`."""
    from migration_tools import packages
    from migration_tools import run as node

    trip = Trip()
    names = ", ".join(json.dumps(one) for one in SCHEMAS)
    (folder / "package.json").write_text("{}")
    (folder / "drizzle.config.ts").write_text(DRIZZLE_CONFIG % ('"./drizzle"', names, json.dumps(source)))
    node(folder, "drizzle-kit", "pull")
    (folder / "other.config.ts").write_text(DRIZZLE_CONFIG % ('"./other"', names, json.dumps(source)))
    generate = [str(packages() / "node_modules" / ".bin" / "drizzle-kit"), "generate", "--config", "other.config.ts"]
    file = folder / "drizzle" / "schema.ts"
    text = file.read_text()
    said = run(folder, *generate)  # it ends with 0 where it fails, too
    if not list((folder / "other").glob("*.sql")):
        errors = [line.split("ERROR: ")[-1] for line in said.splitlines() if "ERROR" in line]
        trip.crashed.append(f"generate: {errors[0]}" if errors else "generate writes nothing")
    text = trip.replace(text, r"default\('\)", "default('')", "an empty text as default: a quote too few")
    text = trip.replace(text, r"default\(CURRENT_USER\)", "default(sql`CURRENT_USER`)", "CURRENT_USER as TypeScript")

    def typed(found: re.Match[str]) -> str:
        kind = _BASES.get(found[1], found[1])
        return f'{found[2]}: customType({{ dataType: () => "{kind}" }})('

    text, count = re.subn(r"// TODO: failed to parse database type '([^']+)'\n\s*(\w+): unknown\(", typed, text)
    trip.mended.append(f"columns of type `unknown`, domains by their base types ({count})")
    text = text.replace("import { pgTable,", "import { customType, pgTable,", 1)
    text = trip.replace(
        text, r"generatedAlwaysAsIdentity\(\{ name: \"null\".*?\}\)", "generatedAlwaysAsIdentity()",
        "an identity named null",
    )  # fmt: skip
    text = trip.replace(text, r"maxValue: 9223372036854775807", 'maxValue: "9223372036854775807"', "a number too large")
    file.write_text(text)
    node(folder, "drizzle-kit", "generate", "--config", "other.config.ts")
    (script,) = (folder / "other").glob("*.sql")
    execute(target, script.read_text().split("--> statement-breakpoint"), trip)
    return trip


def kysely_codegen(source: str, folder: Path) -> Path:
    """The types that kysely-codegen writes; fetched from npm."""
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": KYSELY_CODEGEN}))
    run(folder, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    program = str(folder / "node_modules" / ".bin" / "kysely-codegen")
    run(folder, program, "--dialect", "postgres", "--url", source, "--out-file", "types.ts")
    return folder / "types.ts"
