"""The project around the models: connection, migrations, seed, repository, test. Files are the author's once begun."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from dbarchitect.model import english
from dbarchitect.model.names import Name
from dbarchitect.orm.blueprint import Blueprint, Entity, Relation
from dbarchitect.orm.project import File, Settings

from .names import Names
from .seed import fillable, seed_body
from .types import Types
from .typescript import Array, Call, Entry, Node, Object, declared, imported, show, string

# drizzle-orm and drizzle-kit by variant; release candidates fit one another only exactly.
VERSIONS = {"": ("^0.45.4", "^0.31.11"), "1.0": ("1.0.0-rc.5", "1.0.0-rc.5")}
_TO_MANY = 2  # how many collections the repository reads along


def scaffold(
    blueprint: Blueprint,
    names: Names,
    types: Types,
    settings: Settings,
    json_keys: list[str],
    exact: Mapping[Name, str],
    header: str,
) -> tuple[list[File], tuple[str, ...]]:
    """The files, and the commands that a newcomer runs; with `settings.scaffold` false what schema.ts needs alone."""
    listed = "".join(
        f" *\n *   {string(one)}: ...;\n" if not n else f" *   {string(one)}: ...;\n" for n, one in enumerate(json_keys)
    )
    files = [_begun("src/db/json.ts", _filled("json.ts", columns=listed))]
    if not settings.scaffold:
        return files, ()
    driver = _driver(settings)
    main = _main(blueprint)
    seeds = main is not None and fillable(blueprint, main)
    schemas = Array(tuple(string(one) for one in sorted({"public", *names.schemas})))
    said = _NEWER if settings.variant == "1.0" else _OLDER
    shared = _template("index.shared.ts").rstrip("\n")
    note = "" if settings.host == "server" else "// DATABASE_URL is the pooled one (-pooler in the host's name).\n"
    index = "index.postgres.ts" if settings.host == "supabase" else "index.pg.ts"
    files += [
        _begun("package.json", _package(settings, seeds=seeds)),
        _begun("tsconfig.json", _template("tsconfig.json")),
        _begun(".gitignore", _template("gitignore")),
        _begun(".env.example", _environment(settings)),
        _begun("drizzle.config.ts", _filled("drizzle.config.ts", schemas=show(schemas, "  ", 16, 1))),
        _begun("src/env.ts", _template("env.ts")),
        _begun("src/db/index.ts", _filled(index, note=note, shared=shared, **said["index"])),
        _begun("src/db/migrate.ts", _filled("migrate.ts", **driver)),
        _begun("src/db/down.ts", _filled("down.ts", **driver, **said["down"])),
        File(path="src/db/keyset.ts", text=_filled("keyset.ts", header=header)),
    ]
    line = ""
    if main is not None:
        stem = english.camel(main.many)
        line = f"| `src/repositories/{stem}.ts` | an example: pages by key, nested rows in one query |\n"
        files.append(_begun(f"src/repositories/{stem}.ts", _repository(blueprint, main, names, exact, settings)))
        if seeds:
            files += [
                _begun("src/db/seed.ts", _seed(blueprint, main, names, types)),
                _begun(f"tests/{stem}.test.ts", _test(blueprint, main, names, stem)),
            ]
    then = ("npm run db:seed", "npm test") if seeds else ("npm run typecheck",)
    count = len(blueprint.entities)
    readme = _filled(
        "README.md",
        package=settings.package,
        entities=f"{count} {'entity' if count == 1 else 'entities'}",
        then="".join(f"    {one}\n" for one in then),
        repository_line=line,
        host=_HOSTS[settings.host],
        **said["readme"],
    )
    files.append(_begun("README.md", readme))
    return files, ("npm install", "cp .env.example .env", "npm run db:migrate", *then)


_HOSTS = {
    "server": "",
    "neon": """
## Neon

`DATABASE_URL` is the pooled host (`-pooler` in its name), `DIRECT_URL` the other one, for migrations. The pool is
node-postgres: Neon's HTTP driver has no interactive transactions.
""",
    "supabase": """
## Supabase

`DATABASE_URL` is the pooler in transaction mode (port 6543), which wants `prepare: false`; `DIRECT_URL` is port 5432,
for migrations.
""",
    "turso": "",
}
_URLS = {
    "server": ("postgresql://user:password@localhost:5432/app", "postgresql://user:password@localhost:5432/app"),
    "neon": (
        "postgresql://user:password@ep-name-pooler.region.aws.neon.tech/app?sslmode=require",
        "postgresql://user:password@ep-name.region.aws.neon.tech/app?sslmode=require",
    ),
    "supabase": (
        "postgresql://postgres.project:password@aws-0-region.pooler.supabase.com:6543/postgres",
        "postgresql://postgres.project:password@aws-0-region.pooler.supabase.com:5432/postgres",
    ),
}


# What the two versions have their own words for, by template.
_OLDER: dict[str, dict[str, str]] = {
    "index": {
        "import": 'import * as relations from "./relations";\nimport * as schema from "./schema";\n',
        "relations": "schema: { ...schema, ...relations }",
    },
    "down": {
        "column": "", "latest": "createdAt", "called": "*.down.sql", "name": "entry.tag",
        "script": "${entry.tag}.down.sql",
        "journal": "\ninterface Journal {\n  entries: { tag: string; when: number }[];\n}\n",
        "find": """  const journal = JSON.parse(
    await readFile("drizzle/meta/_journal.json", "utf8"),
  ) as Journal;
  const entry = journal.entries.find((one) => one.when === last?.createdAt);
  if (!last || !entry) {
""",
    },
    "readme": {
        "variant": "", "first": "0000_init.sql", "called": "NNNN_name.down.sql",
        "exact_line": "| `src/db/exact.ts` | for nested reads of bigint and numeric; generated anew |\n",
        "nested": "- `bigint` is a `bigint`, `numeric` a string: both keep every digit. Nested rows come as JSON, "
        "where they would not: spread\n  the constants of `exact.ts` there, with which both are strings.\n",
    },
}  # fmt: skip
_NEWER: dict[str, dict[str, str]] = {
    "index": {"import": 'import { relations } from "./relations";\n', "relations": "relations"},
    "down": {
        "column": "\n  name: text(),", "latest": "name", "called": "down.sql", "name": "last.name",
        "script": "${last.name}/down.sql", "journal": "", "find": "  if (!last?.name) {\n",
    },
    "readme": {
        "variant": " --variant 1.0", "first": "20250101000000_init/migration.sql", "called": "down.sql",
        "exact_line": "",
        "nested": "- `bigint` is a `bigint`, `numeric` a string: both keep every digit, in nested rows too.\n",
    },
}  # fmt: skip


@cache
def _template(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def _filled(name: str, /, **values: str) -> str:
    text = _template(name)
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    return text


def _begun(path: str, text: str) -> File:
    return File(path=path, text=text, owned=False)


def _driver(settings: Settings) -> dict[str, str]:
    url = 'setting("DIRECT_URL", "DATABASE_URL")'
    if settings.host == "supabase":
        return {
            "driver": "postgres-js", "import": 'import postgres from "postgres";',
            "client": f"postgres({url}, {{ max: 1 }})",
        }  # fmt: skip
    return {
        "driver": "node-postgres", "import": 'import { Pool } from "pg";',
        "client": f"new Pool({{\n  connectionString: {url},\n  max: 1,\n}})",
    }  # fmt: skip


def _package(settings: Settings, *, seeds: bool) -> str:
    driver = {"postgres": "^3.4.9"} if settings.host == "supabase" else {"pg": "^8.16.3"}
    typed = {} if settings.host == "supabase" else {"@types/pg": "^8.15.0"}
    scripts = {
        "db:generate": "drizzle-kit generate",
        "db:migrate": "tsx src/db/migrate.ts",
        "db:down": "tsx src/db/down.ts",
        "db:check": "drizzle-kit check",
        **({"db:seed": "tsx src/db/seed.ts", "test": "tsx --test tests/*.test.ts"} if seeds else {}),
        "typecheck": "tsc",
    }
    orm, kit = VERSIONS[settings.variant]
    document = {
        "name": settings.package.lower().replace("_", "-"),
        "private": True,
        "type": "module",
        "engines": {"node": ">=20.12"},
        "scripts": scripts,
        "dependencies": {"drizzle-orm": orm, **driver},
        "devDependencies": {
            "@types/node": "^20.19.0", **typed, "drizzle-kit": kit, "tsx": "^4.20.0", "typescript": "^5.9.3",
        },
    }  # fmt: skip
    return json.dumps(document, indent=2) + "\n"


def _environment(settings: Settings) -> str:
    pooled, direct = _URLS[settings.host]
    through = "through a pooler if there is one" if settings.host == "server" else "the pooled connection"
    return (
        f"# The application: {through}\n"
        f"DATABASE_URL={pooled}\n# Migrations: a connection of their own\nDIRECT_URL={direct}\n"
    )


def _main(blueprint: Blueprint) -> Entity | None:
    """The entity of the example: a table with a key, and with the most relations; one whose rows can be made up."""
    found = [
        one
        for one in blueprint.entities
        if one.table is not None and one.key and not one.junction and one.table.kind != "foreign"
    ]
    found.sort(key=lambda one: -len(blueprint.of(one)))
    return next((one for one in found if fillable(blueprint, one)), next(iter(found), None))


def _followed(blueprint: Blueprint, main: Entity) -> list[Relation]:
    """The relations that the repository reads along."""
    one = [each for each in blueprint.of(main) if each.kind != "many to many" and not each.many]
    many = [
        each
        for each in blueprint.of(main)
        if each.kind == "one to many" and fillable(blueprint, blueprint.entity(each.to))
    ]
    return [*one, *many[:_TO_MANY]]


def _below(blueprint: Blueprint, main: Entity) -> list[Relation]:
    """The collections of others that the repository reads along, for which the seed has rows too."""
    return [one for one in _followed(blueprint, main) if one.many and not one.to_self]


def _repository(blueprint: Blueprint, main: Entity, names: Names, exact: Mapping[Name, str], settings: Settings) -> str:
    table = names.tables[main.name]
    row, new = names.rows[main.name]
    keys = [names.columns[main.name][one] for one in main.key]
    followed = _followed(blueprint, main)
    entries = tuple(Entry(names.relation(one), exact.get(one.to, "true")) for one in followed)
    related = declared("const related", Object(entries, open=True))
    equal: list[Node] = [f"eq({table}.{one}, key.{one})" for one in keys]
    condition = str(equal[0]) if len(equal) == 1 else show(Call("and", tuple(equal)), "  ", 9, 1)
    used = sorted({exact[one.to] for one in followed if one.to in exact})
    newer = settings.variant == "1.0"
    operators = [*(["and"] if len(keys) > 1 else []), *([] if newer else ["asc"]), "eq"]
    text = _filled(
        "repository.ts",
        operators=", ".join(operators),
        exact=imported(used, "../db/exact"),
        table=table,
        row=row,
        new=new,
        many=row + "s" if english.pascal(main.many) == row else english.pascal(main.many),
        key_type=f"Pick<{row}, {' | '.join(string(one) for one in keys)}>",
        related=related.removeprefix("const related = ").removesuffix(";\n") + " as const",
        condition=condition,
        **(_newer_queries(keys) if newer else _older_queries(table, keys)),
        last=f"[{', '.join(f'last.{one}' for one in keys)}]",
    )
    return text.replace(
        f'import {{ {table}, type {new}, type {row} }} from "../db/schema";\n',
        imported([table, f"type {new}", f"type {row}"], "../db/schema"),
    )


def _older_queries(table: str, keys: list[str]) -> dict[str, str]:
    """What the repository asks before 1.0: expressions of SQL."""
    return {
        "where": "has(key)",
        "key": f"  const key = [{', '.join(f'{table}.{one}' for one in keys)}];\n",
        "page": "    where: cursor ? after(key, decodeCursor(cursor, key.length)) : undefined,\n"
        "    orderBy: key.map((column) => asc(column)),\n",
    }


def _newer_queries(keys: list[str]) -> dict[str, str]:
    """The same from 1.0 on: objects, and SQL of the table as the query calls it."""
    columns = ", ".join(f"table.{one}" for one in keys)
    raw = f"RAW: (table) =>\n            after([{columns}], decodeCursor(cursor, {len(keys)})),\n"
    return {
        "where": "{ " + ", ".join(f"{one}: key.{one}" for one in keys) + " }",
        "key": "",
        "page": "    where: cursor\n      ? {\n          " + raw + "        }\n      : {},\n"
        "    orderBy: { " + ", ".join(f'{one}: "asc"' for one in keys) + " },\n",
    }


def _seed(blueprint: Blueprint, main: Entity, names: Names, types: Types) -> str:
    body, used = seed_body(blueprint, main, _below(blueprint, main), names, types)
    row, _ = names.rows[main.name]
    return _filled("seed.ts", imports=imported([*used, f"type {row}"], "./schema"), row=row, body=body)


def _test(blueprint: Blueprint, main: Entity, names: Names, stem: str) -> str:
    row, _ = names.rows[main.name]
    keys = [names.columns[main.name][one] for one in main.key]
    lines = [f"    assert.deepEqual(found?.{one}, row.{one});\n" for one in keys]
    lines += [
        f"    assert.ok(found?.{names.relation(one)});\n"
        for one in _followed(blueprint, main)
        if one.kind == "many to one" and not one.optional
    ]
    lines += [f"    assert.equal(found?.{names.relation(one)}.length, 1);\n" for one in _below(blueprint, main)]
    return _filled(
        "test.ts",
        row=row,
        many=row + "s" if english.pascal(main.many) == row else english.pascal(main.many),
        file=stem,
        asserted="".join(lines),
    )
