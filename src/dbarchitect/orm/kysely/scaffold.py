"""The project around the types: connection, migrate script, check, test, package.json, README."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from dbarchitect.orm.blueprint import Blueprint
from dbarchitect.orm.project import File, Host, Settings

from .columns import Types
from .repositories import Repository
from .seed import Seed
from .types_file import HEADER
from .typescript import bracketed, imported, text

_TEMPLATES = Path(__file__).with_name("templates")

_PARSERS = {
    "asBoolean": 'const asBoolean: Parser = (value) => value === "t";\n',
    "asJson": "const asJson: Parser = (value) => JSON.parse(value);\n",
    "asDate": "const asDate: Parser = pg.types.getTypeParser(1184);\n",
    "asBuffer": "const asBuffer: Parser = pg.types.getTypeParser(17);\n",
}

_URLS: dict[Host, tuple[str, str]] = {
    "server": (
        "# Any PostgreSQL server.\nDATABASE_URL=postgresql://app:password@localhost:5432/app\n",
        "# Past a pooler, if DATABASE_URL goes through one; else leave it empty.\nDIRECT_URL=\n",
    ),
    "neon": (
        "# Neon: the pooled host (-pooler) for the application.\n"
        "DATABASE_URL=postgresql://USER:PASSWORD@ep-NAME-pooler.REGION.aws.neon.tech/neondb?sslmode=verify-full\n",
        "# The direct host, for migrations.\n"
        "DIRECT_URL=postgresql://USER:PASSWORD@ep-NAME.REGION.aws.neon.tech/neondb?sslmode=verify-full\n",
    ),
    "supabase": (
        "# Supabase: the transaction pooler (port 6543) for the application. Download the certificate in the\n"
        "# dashboard: Database, Settings, SSL configuration.\n"
        "DATABASE_URL=postgresql://postgres.PROJECT:PASSWORD@aws-0-REGION.pooler.supabase.com:6543/postgres"
        "?sslmode=verify-full&sslrootcert=./supabase-ca.crt\n",
        "# The direct connection (port 5432), for migrations.\n"
        "DIRECT_URL=postgresql://postgres:PASSWORD@db.PROJECT.supabase.co:5432/postgres"
        "?sslmode=verify-full&sslrootcert=./supabase-ca.crt\n",
    ),
}
_POOLS: dict[Host, str] = {
    "server": "        max: 10,\n",
    "neon": (
        "        // Neon's pooler shares its connections: a few here are enough, and idle\n"
        "        // ones should go so that the compute can sleep.\n"
        "        max: 5,\n        idleTimeoutMillis: 10_000,\n"
    ),
    "supabase": (
        "        // In transaction mode a connection is yours for one transaction: no named\n"
        "        // prepared statements (Kysely makes none), no SET, no LISTEN.\n"
        "        max: 5,\n"
    ),
}
_HOSTS: dict[Host, str] = {
    "server": "",
    "neon": (
        "\n## Neon\n\nThe application uses the pooled host, migrations the direct one. Both speak TCP, so interactive\n"
        "transactions work; the HTTP driver of Neon has none.\n"
    ),
    "supabase": (
        "\n## Supabase\n\nThe application uses the transaction pooler on port 6543, migrations the direct connection "
        "on port 5432 (from a\nnetwork without IPv6: the session pooler, also port 5432). node-postgres prepares no "
        "named statements unless it is\ntold to, so there is nothing to switch off.\n"
    ),
}


def template(name: str) -> str:
    """The text of a template."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def parsers(types: Types) -> File:
    """`parsers.ts`, which the types stand on."""
    made = template("parsers.ts")
    extra = "".join(one for name, one in _PARSERS.items() if any(parser == name for _, parser in types.arrays))
    items = [f"[{text(name)}, {parser}]" for name, parser in types.arrays]
    listed = "[]" if not items else "[\n" + "".join(f"  {one},\n" for one in items) + "]"
    return File(path="src/db/parsers.ts", text=HEADER + made.replace("__EXTRA__", extra).replace("__ARRAYS__", listed))


def scaffold(
    blueprint: Blueprint, types: Types, repositories: Sequence[Repository], settings: Settings, *, apart: bool
) -> list[File]:
    """Files of the project that are not of the schema."""
    host = settings.host
    typings = {"@types/node": "^22.0.0", "@types/pg": "^8.15.0"}
    outside = "\n    // A step of a migration must stand outside a transaction.\n    disableTransactions: true,"
    return assembled(
        Seed(blueprint, types),
        repositories,
        begun={
            "src/db/index.ts": template("index.ts").replace("__POOL__", _POOLS[host]),
            "src/env.ts": template("env.ts"),
            "kysely.config.ts": template("kysely.config.ts").replace("__APART__", outside if apart else ""),
            "package.json": package_file(settings, ">=22", {"pg": "^8.16.3"}, typings),
            ".env.example": "".join(_URLS[host]),
            ".gitignore": "node_modules/\n.env\n",
            "README.md": _readme(settings, repositories),
        },
        owned={
            "src/db/transaction.ts": HEADER + "\n" + template("transaction.ts"),
            "scripts/check.ts": HEADER + template("check.ts"),
        },
    )


def assembled(
    seed: Seed, repositories: Sequence[Repository], *, begun: dict[str, str], owned: dict[str, str]
) -> list[File]:
    """The files around the models, by path: what is written once and what is written anew, of this dialect and of
    every one."""
    begun = begun | {
        "seeds/0001_example.ts": seed.text(),
        "test/database.test.ts": tested(repositories),
        "tsconfig.json": template("tsconfig.json"),
    }
    owned = owned | {
        "src/db/camel.ts": HEADER + template("camel.ts"),
        "src/db/page.ts": HEADER + template("page.ts"),
        "scripts/migrate.ts": HEADER + "\n" + template("migrate.ts"),
        "scripts/seed.ts": HEADER + "\n" + template("seed.ts"),
    }
    return [
        *(File(path=path, text=one, owned=False) for path, one in begun.items()),
        *(File(path=path, text=one) for path, one in owned.items()),
    ]


def package_file(settings: Settings, node: str, driver: dict[str, str], types: dict[str, str]) -> str:
    """`package.json`: the versions of Node.js, of the driver and of what types it has."""
    body = {
        "name": settings.package.replace("_", "-").lower(),
        "version": "0.1.0",
        "private": True,
        "type": "module",
        "engines": {"node": node},
        "scripts": {
            "migrate": "tsx scripts/migrate.ts",
            "seed": "tsx scripts/seed.ts",
            "db:check": "tsx scripts/check.ts",
            "typecheck": "tsc",
            "test": "node --import tsx --test test/*.test.ts",
        },
        "dependencies": dict(sorted({"kysely": "^0.29.9", **driver}.items())),
        "devDependencies": {
            **types,
            "tsx": "^4.20.0",
            "typescript": "^5.9.3",
        },
    }
    return json.dumps(body, indent=2) + "\n"


def tested(repositories: Sequence[Repository]) -> str:
    """A test that works in a transaction which is rolled back."""
    paged = next((one for one in repositories if one.key and one.relations), None)
    paged = paged or next((one for one in repositories if one.key), None)
    lines = [
        "// Runs on the database of DATABASE_URL, in transactions that are rolled back.\n// This file is yours.\n\n",
        'import assert from "node:assert/strict";\nimport { after, test } from "node:test";\n\n',
    ]
    rolled = imported(["type Transaction"], "kysely").replace("import { type ", "import type { ")
    lines.append(rolled + "\n")
    lines.append(imported(["differences"], "../scripts/check.js"))
    lines.append(imported(["seed"], "../seeds/0001_example.js"))
    lines.append(imported(["createDatabase", "type Database"], "../src/db/index.js"))
    many = paged.names.many if paged else ""
    if paged:
        names = [f"pageOf{many}"] + ([f"select{many}WithRelations"] if paged.relations else [])
        module = f"../{paged.path.removesuffix('.ts')}.js"
        lines.append(imported(names, module))
    lines.append(imported(["databaseUrl"], "../src/env.js"))
    lines.append(
        """
const db = createDatabase(databaseUrl());
after(() => db.destroy());

async function rolledBack(
  work: (trx: Transaction<Database>) => Promise<void>,
): Promise<void> {
  const trx = await db.startTransaction().execute();
  try {
    await work(trx);
  } finally {
    await trx.rollback().execute();
  }
}

test("the database is as the types say", async () => {
  assert.deepEqual(await differences(db), []);
});
"""
    )
    if not paged:
        lines.append(
            '\ntest("the example rows can be inserted", async () => {\n'
            "  await rolledBack(async (trx) => {\n    await seed(trx);\n  });\n});\n"
        )
        return "".join(lines)
    call = f"await pageOf{many}(trx, {{ limit: 1 }})"
    lines.append(
        f"""
test("pages end, and relations come with their rows", async () => {{
  await rolledBack(async (trx) => {{
    await seed(trx);
    let page = {call};
    let seen = page.rows.length;
    while (page.next !== undefined) {{
"""
        + bracketed(f"page = await pageOf{many}(trx, ", ["after: page.next", "limit: 1"], ");", "      ", pair="{}")
        + "\n      seen += page.rows.length;\n    }\n"
    )
    if paged.relations:
        lines.append(
            f"    const rows = await select{many}WithRelations(trx).execute();\n    assert.equal(rows.length, seen);\n"
        )
    else:
        lines.append("    assert.ok(seen >= 0);\n")
    lines.append("  });\n});\n")
    return "".join(lines)


def _readme(settings: Settings, repositories: Sequence[Repository]) -> str:
    shown = next((one for one in repositories if one.key and one.relations), None)
    example = ""
    if shown:
        names, module = shown.names, shown.path.removesuffix(".ts")
        example = (
            "```ts\nimport { createDatabase } from './src/db/index.js';\nimport { databaseUrl } from './src/env.js';\n"
            + imported([f"pageOf{names.many}", f"select{names.many}WithRelations"], f"./{module}.js")
            + "\n"
            "const db = createDatabase(databaseUrl());\n"
            f"const first = await pageOf{names.many}(db, {{ limit: 20 }});\n"
            f"const next = await pageOf{names.many}(db, {{ limit: 20, after: first.next }});\n"
            f"const nested = await select{names.many}WithRelations(db).limit(20).execute(); // one query\n```\n\n"
        ).replace("'", '"')
    return f"""# {settings.package}

Kysely on PostgreSQL. Needs Node.js 22 or newer.

    npm install
    cp .env.example .env        # and fill it in
    npm run migrate latest      # also: up, down, reset, status
    npm run seed
    npm run db:check            # whether the database is as src/db/types.ts says
    npm run typecheck && npm test

| file | what |
|---|---|
| `src/db/types.ts` | `Database`, and for each table a row, what is inserted and what is updated |
| `src/db/json.ts` | yours: the shape of JSON columns |
| `src/db/index.ts` | yours: the pool |
| `src/db/parsers.ts` | how values are read: bigint as `bigint`, numeric and date as text, timestamptz as `Date` |
| `src/db/repositories/` | for each table: find, page by key, insert, update, delete, relations as JSON in one query |
| `src/db/transaction.ts` | a transaction that is run again where PostgreSQL asks for it |
| `migrations/` | yours: `0001_init.ts` is the whole schema, each change after it a file of its own |
| `migrations/schema.sql` | what they make together; the next one is reckoned from it |
| `seeds/`, `test/` | yours |

{example}Files with "do not edit" at their top are written anew by `dba orm SOURCE --to kysely -o .`; the others are
written once. When the schema changes, run that again: the next migration is written, up and down. Or write
`migrations/0002_name.ts` yourself, run it, then `dba orm` on the database.

Inside JSON (relations) PostgreSQL writes bigint and numeric as numbers, which JavaScript rounds. The repositories cast
them to text, so there they are strings. A timestamptz is a `Date` by itself and text inside JSON; a
`Date` has milliseconds, PostgreSQL microseconds.

Names are those of the database. `createCamelDatabase` in `src/db/camel.ts` names tables and columns in camel case
instead, by Kysely's `CamelCasePlugin`; it cannot say names that are mixed case already.
{_HOSTS[settings.host]}"""
