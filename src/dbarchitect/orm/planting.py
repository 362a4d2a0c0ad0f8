"""Rows of a design as what a project's own seed command loads, in place of the rows that the scaffold makes up.

The statements stand in a file of JSON beside the program, so that no language has to quote them; the program runs them
in one transaction through the mapper's connection, once: a database that has rows is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from dbarchitect.errors import InputError

from .project import File, Project, TargetName


def planted(project: Project, to: TargetName, package: str, statements: Sequence[str]) -> Project:
    """The project with these rows: INSERTs, and SELECTs that go before and after them."""
    first = next((at for at, one in enumerate(statements) if one.startswith("INSERT INTO ")), None)
    if first is None:
        raise InputError("there are no rows to begin with")
    table = statements[first].removeprefix("INSERT INTO ").partition(" (")[0]
    rows = {
        "before": list(statements[:first]),
        "there": f"SELECT count(*) AS rows FROM (SELECT FROM {table} LIMIT 1) one",
        "rows": list(statements[first:]),
    }
    program = _PROGRAMS[to].replace("__PACKAGE__", package)
    path = _PATHS[to].replace("__PACKAGE__", package)
    beside = f"{path.rpartition('/')[0]}/seed.json"
    changed = [_with_command(one) for one in project.files if one.path != path]
    changed += [
        File(path=path, text=program, owned=False),
        File(path=beside, text=json.dumps(rows, indent=1, ensure_ascii=False) + "\n", owned=True),
    ]
    return replace(project, files=tuple(changed))


def _with_command(file: File) -> File:
    """The package of Drizzle, whose tests use its own `seed`, with the command for these rows."""
    if file.path != "package.json":
        return file
    package = json.loads(file.text)
    scripts = package.get("scripts", {})
    if scripts.get("db:seed") != "tsx src/db/seed.ts":
        return file
    scripts["db:seed"] = f"tsx {_PATHS['drizzle']}"
    return replace(file, text=json.dumps(package, indent=2) + "\n")


_PATHS: Mapping[TargetName, str] = {
    "sqlalchemy": "__PACKAGE__/seed.py",
    "tortoise": "__PACKAGE__/seed.py",
    "prisma": "prisma/seed.ts",
    "drizzle": "src/db/plant.ts",
    "kysely": "scripts/seed.ts",
}
_PYTHON = '''"""Rows to begin with, those of the design: python -m __PACKAGE__.seed. Run twice, it adds none."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

'''
_READ = """
ROWS: dict[str, Any] = json.loads(Path(__file__).with_name("seed.json").read_text("utf-8"))

"""
_TYPESCRIPT = """// Rows to begin with, those of the design. A database that has rows is left as it is.
import { readFileSync } from "node:fs";

"""
_ROWS = """
const rows = JSON.parse(readFileSync(new URL("./seed.json", import.meta.url), "utf8")) as {
  before: string[];
  there: string;
  rows: string[];
};

"""
_PROGRAMS: Mapping[TargetName, str] = {
    "sqlalchemy": _PYTHON
    + """import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from __PACKAGE__.db.session import engine, transaction
"""
    + _READ
    + '''
def _text(statement: str) -> sa.TextClause:
    """A statement without parameters: a colon in it names none."""
    return sa.text(statement.replace(":", r"\\:"))


async def seed(session: AsyncSession) -> None:
    """Add the rows, once."""
    for statement in ROWS["before"]:
        await session.execute(_text(statement))
    if (await session.execute(_text(ROWS["there"]))).scalar_one():
        return
    for statement in ROWS["rows"]:
        await session.execute(_text(statement))


async def main() -> None:
    """Seed the database of DATABASE_URL."""
    async with transaction() as session:
        await seed(session)
    await engine().dispose()


if __name__ == "__main__":
    asyncio.run(main())
''',
    "tortoise": _PYTHON
    + """from __PACKAGE__.db.session import database, transaction
"""
    + _READ
    + '''
async def seed() -> None:
    """Add the rows, once, in one transaction."""
    async with transaction() as connection:
        for statement in ROWS["before"]:
            await connection.execute_query(statement)
        _, [found] = await connection.execute_query(ROWS["there"])
        if found["rows"]:
            return
        for statement in ROWS["rows"]:
            await connection.execute_query(statement)


async def main() -> None:
    """Seed the database of the environment."""
    async with database():
        await seed()


if __name__ == "__main__":
    asyncio.run(main())
''',
    "prisma": _TYPESCRIPT
    + """import { prisma, transaction } from "../src/db.js";
"""
    + _ROWS
    + """try {
  await transaction(async (tx) => {
    for (const statement of rows.before) await tx.$executeRawUnsafe(statement);
    const [found] = await tx.$queryRawUnsafe<{ rows: bigint }[]>(rows.there);
    if (Number(found?.rows ?? 0) > 0) return;
    for (const statement of rows.rows) await tx.$executeRawUnsafe(statement);
  });
} finally {
  await prisma.$disconnect();
}
""",
    "drizzle": _TYPESCRIPT
    + """import { sql } from "drizzle-orm";

import { close, inTransaction } from ".";
"""
    + _ROWS
    + """await inTransaction(async (tx) => {
  for (const statement of rows.before) await tx.execute(sql.raw(statement));
  // One driver gives an array, another an object that has it.
  const said: unknown = await tx.execute(sql.raw(rows.there));
  const [found] = (Array.isArray(said) ? said : (said as { rows: unknown[] }).rows) as { rows: string }[];
  if (Number(found?.rows ?? 0) > 0) return;
  for (const statement of rows.rows) await tx.execute(sql.raw(statement));
});
await close();
""",
    "kysely": _TYPESCRIPT
    + """import { sql } from "kysely";

import { createDatabase } from "../src/db/index.js";
import { directUrl } from "../src/env.js";
"""
    + _ROWS
    + """const db = createDatabase(directUrl());
try {
  await db.transaction().execute(async (trx) => {
    for (const statement of rows.before) await sql.raw(statement).execute(trx);
    const there = await sql.raw<{ rows: string | number | bigint }>(rows.there).execute(trx);
    if (Number(there.rows[0]?.rows ?? 0) > 0) return;
    for (const statement of rows.rows) await sql.raw(statement).execute(trx);
  });
} finally {
  await db.destroy();
}
""",
}
