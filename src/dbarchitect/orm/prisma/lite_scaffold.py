"""The project around the models of SQLite: an adapter over a file, or over libSQL for Turso."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ..project import File, Settings
from .code import file_of, repository, rows, seed, test
from .migration import FIRST
from .sample import sample
from .scaffold import package_name, template
from .schema import Sketch
from .types import quoted

LITE_HOSTS = ("server", "turso")
_CONNECT = {
    "server": (
        'import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";\n',
        "  const adapter = new PrismaBetterSqlite3({ url });\n",
    ),
    "turso": (
        'import { PrismaLibSql } from "@prisma/adapter-libsql";\n',
        '  const authToken = process.env["TURSO_AUTH_TOKEN"];\n'
        "  const adapter = new PrismaLibSql(authToken ? { url, authToken } : { url });\n",
    ),
}
_ABOUT = {
    "server": "`@prisma/adapter-better-sqlite3` over a file: one connection in a process, foreign keys enforced.",
    "turso": """`@prisma/adapter-libsql`, with foreign keys enforced: `turso db show NAME --url` and
`turso db tokens create NAME` say what `.env` wants; with `DATABASE_URL=file:local.db` all runs on a file. The command
line of Prisma reaches files alone, so `npm run migrate` is `prisma/migrate.ts`, which notes migrations as Prisma does,
each with its note in one transaction. `npm run drift` is for a file.""",
}


def files(made: Sketch, settings: Settings, apart: Mapping[str, str], virtual: Sequence[str]) -> list[File]:
    """Everything but the models and the migrations. `apart`: the tables that Prisma's check leaves alone, and why;
    `virtual` those that are no models."""
    chosen = sample(made)
    turso = settings.host == "turso"
    url = "libsql://NAME-ORGANISATION.turso.io\nTURSO_AUTH_TOKEN=" if turso else f"file:./{settings.package}.db"
    importing, connecting = _CONNECT[settings.host]
    readme = template(
        "lite_README.md", name=settings.package, migration=FIRST, host=_ABOUT[settings.host], apart=_explained(apart)
    )
    found = {
        "package.json": _package(settings),
        "tsconfig.json": template("tsconfig.json"),
        ".gitignore": template("gitignore") + "*.db\n*.db-*\n",
        ".env.example": f"DATABASE_URL={url}\n",
        "README.md": readme,
        "src/db.ts": template(
            "db.ts",
            importing=importing,
            connecting=connecting,
            kept="connection",
            repeated="A database that\n * another process writes to",
            again='(error.code === "P1008" || error.code === "P2034")',
        ),
        "prisma/seed.ts": seed(made, chosen),
        "tests/start.test.ts": test(made, chosen),
    }
    if turso:
        found["prisma/migrate.ts"] = template("lite_migrate.ts")
    if chosen is not None:
        found["prisma/rows.ts"] = rows(made, chosen)
        found[f"src/repositories/{file_of(chosen.main)}.ts"] = repository(made, chosen)
    # What the check leaves alone follows the schema, so that file is written anew.
    config = template("lite_config.ts", external=_external([*apart, *virtual]))
    return [
        *(File(path=path, text=text, owned=False) for path, text in sorted(found.items())),
        File(path="prisma.config.ts", text=config),
    ]


def _external(names: Sequence[str]) -> str:
    if not names:
        return ""
    listed = "".join(f"      {quoted(one)},\n" for one in names)
    return (
        "  // Migrate's check reads these otherwise than they are, and leaves them alone.\n"
        "  experimental: { externalTables: true },\n"
        f"  tables: {{\n    external: [\n{listed}    ],\n  }},\n"
    )


def _explained(apart: Mapping[str, str]) -> str:
    if not apart:
        return ""
    listed = "\n".join(f"- `{name}`: {why}" for name, why in apart.items())
    return (
        "\nOf these tables it cannot say all, so `prisma.config.ts` has it leave them alone; the client has them as "
        f"they are:\n\n{listed}\n"
    )


def _package(settings: Settings) -> str:
    turso = settings.host == "turso"
    drivers = {"@libsql/client": "^0.17.0", "@prisma/adapter-libsql": "^7.10.0"} if turso else {
        "@prisma/adapter-better-sqlite3": "^7.10.0"
    }  # fmt: skip
    body = {
        "name": package_name(settings.package),
        "private": True,
        "type": "module",
        "engines": {"node": ">=20.19"},
        "scripts": {
            "generate": "prisma generate",
            "migrate": "tsx prisma/migrate.ts" if turso else "prisma migrate deploy",
            "drift": "prisma migrate diff --from-config-datasource --to-schema prisma/schema.prisma --exit-code",
            "seed": "prisma db seed",
            "check": "tsc",
            "test": "node --import tsx --test tests/*.test.ts",
        },
        "dependencies": {**drivers, "@prisma/client": "^7.10.0"},
        "devDependencies": {
            "@types/node": "^20.19.0",
            **({} if turso else {"@types/better-sqlite3": "^7.6.0"}),
            "prisma": "^7.10.1",
            "tsx": "^4.23.0",
            "typescript": "^5.9.3",
        },
    }
    return json.dumps(body, indent=2) + "\n"
