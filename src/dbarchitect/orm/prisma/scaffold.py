"""The project around the models: connection, migrations, seed, repository, test. All of it is its author's."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from dbarchitect.model.schema import Table

from ..project import File, Host, Settings
from .code import file_of, repository, rows, seed, test
from .sample import sample
from .schema import Sketch

# Connections of a process, milliseconds to wait for one, milliseconds until an idle one is closed. Neon wakes a
# sleeping computer first (https://neon.com/docs/connect/connection-latency), and its pooler like that of Supabase has
# connections enough for many processes if each keeps few.
_POOL: dict[str, tuple[str, str, str]] = {
    "server": ("10", "5_000", "30_000"),
    "neon": ("5", "15_000", "10_000"),
    "supabase": ("5", "10_000", "10_000"),
}
_ADAPTER = """  const adapter = new PrismaPg({{
    connectionString: url,
    max: {most}, // connections of this process
    connectionTimeoutMillis: {timeout},
    idleTimeoutMillis: {idle},
  }});
"""
_HOSTS: dict[str, str] = {
    "server": """`DATABASE_URL` may lead through PgBouncer in transaction mode: the adapter sends no named prepared
statements. `DIRECT_URL` leads straight to the server.""",
    "neon": """`DATABASE_URL` has the pooled host (`-pooler`), `DIRECT_URL` the direct one: `prisma migrate` needs a
session. The adapter speaks TCP, so interactive transactions work; the serverless HTTP driver would have none.""",
    "supabase": """`DATABASE_URL` is the pooler in transaction mode (6543), in which named prepared statements do not
live on: the adapter sends none. `DIRECT_URL` (5432) keeps a session, as `prisma migrate` needs it. For verified TLS
download the project's certificate and add `sslmode=verify-full&sslrootcert=FILE` to both. Supabase's own schemas
(`auth`, `storage`) are not in the models unless the source had them.""",
}


_EXTERNAL = """  experimental: { externalTables: true },
  tables: {
    external: [
NAMES    ],
  },
"""


def files(made: Sketch, settings: Settings, migration: str, unsaid: list[str]) -> list[File]:
    """Everything but the models and the migrations. `unsaid` is what `prisma migrate diff` finds although
    nothing is wrong."""
    chosen = sample(made)
    most, timeout, idle = _POOL[settings.host]
    name = settings.package
    drift = ""
    if unsaid:
        listed = "\n".join(f"- `{one}`" for one in unsaid)
        drift = (
            "\n`npm run drift` finds these although nothing is wrong with them, for Prisma's language cannot say them. "
            f"Never run\nwhat it proposes for them:\n\n{listed}\n"
        )
    found = {
        "package.json": template("package.json", name=package_name(name)),
        "tsconfig.json": template("tsconfig.json"),
        ".gitignore": template("gitignore"),
        ".env.example": template(f"env.example.{settings.host}", name=name),
        "README.md": template("README.md", name=name, migration=migration, drift=drift, host=_HOSTS[settings.host]),
        "prisma.config.ts": template("prisma.config.ts", external=_external(made)),
        "src/db.ts": template(
            "db.ts",
            importing='import { PrismaPg } from "@prisma/adapter-pg";\n',
            connecting=_ADAPTER.format(most=most, timeout=timeout, idle=idle),
            kept="pool",
            repeated="A conflict with\n * another transaction or a deadlock",
            again='error.code === "P2034"',
        ),
        "prisma/seed.ts": seed(made, chosen),
        "tests/start.test.ts": test(made, chosen),
    }
    if chosen is not None:
        found["prisma/rows.ts"] = rows(made, chosen)
        found[f"src/repositories/{file_of(chosen.main)}.ts"] = repository(made, chosen)
    return [File(path=path, text=text, owned=False) for path, text in sorted(found.items())]


def hosts() -> tuple[Host, ...]:
    """Where the database may run."""
    return ("server", "neon", "supabase")


def _external(made: Sketch) -> str:
    """Tables that Prisma sees and that can be no models: it must leave them alone."""
    schema = made.blueprint.schema
    names = [one.name for one in schema.tables if _no_model(one)]
    if not names:
        return ""
    listed = "".join(f'      "{one.schema}.{one.name}",\n' for one in names)
    return f"  // No models: partitions that are partitioned themselves, tables without columns.\n{_EXTERNAL}".replace(
        "NAMES", listed
    )


def _no_model(table: Table) -> bool:
    return not table.columns or (table.partition_of is not None and table.kind == "partitioned")


def package_name(name: str) -> str:
    """The name in package.json."""
    return json.dumps(name.lower().strip("_"))[1:-1] or "app"


@cache
def _read(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def template(file: str, **values: str) -> str:
    """A file of `templates` with these values in it."""
    text = _read(file)
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    return text
