"""Migrations: the exact DDL as `sql` templates, with its way back; `0001_init.ts`, and what has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from dbarchitect.model.plan import Step
from dbarchitect.orm.project import Ddl, File, Since

from .typescript import WIDTH, remark, template, text

PATH = "migrations/0001_init.ts"
SNAPSHOT = "migrations/schema.sql"


def runs_outside(ddl: Ddl) -> bool:
    """Whether a step must stand outside a transaction: Kysely then must not open one for all."""
    return any(not step.transactional for step in (*ddl.up, *ddl.down))


def migration(ddl: Ddl, *, own_transaction: bool = False) -> str:
    """The text of the first migration; `own_transaction`: Kysely opens none, as of SQLite."""
    apart = own_transaction or runs_outside(ddl)
    head = (
        "// The whole schema, exactly: written once by `dba orm --to kysely`.\n"
        "// What comes after is a migration of its own: 0002_....ts.\n\n"
        'import { type Kysely, sql } from "kysely";\n'
    )
    return head + _function("up", ddl.up, apart) + _function("down", ddl.down, apart)


def next_migration(since: Since) -> File:
    """The migration of what has changed. Whether the migrator opens a transaction is the author's affair by then."""
    head = ["// What has changed in the schema, exactly: written once by `dba orm --to kysely`.\n"]
    head += [remark(f"loses {one}", "") for one in since.loses]
    head.append('\nimport { type Kysely, sql } from "kysely";\n')
    if since.no_way_back:
        down = (
            "\nexport async function down(_db: Kysely<unknown>): Promise<void> {\n"
            f"  throw new Error({text(f'there is no way back: {since.no_way_back}')});\n}}\n"
        )
    else:
        down = _own_transactions("down", since.down)
    body = _own_transactions("up", since.up) + down
    steps = (*since.up, *since.down)
    head += [_TOGETHER] if any(one.transactional for one in steps) else []
    head += [_APART] if any(not one.transactional for one in steps) else []
    return File(path=f"migrations/{since.number:04d}_{since.slug}.ts", text="".join(head) + body, owned=False)


_TOGETHER = """
/** All of `work` or nothing of it: in the migrator's transaction, else in one of its own. */
async function together(
  db: Kysely<unknown>,
  work: (trx: Kysely<unknown>) => Promise<void>,
): Promise<void> {
  await (db.isTransaction ? work(db) : db.transaction().execute(work));
}
"""
_APART = """
/** Throws inside a transaction, where what follows cannot run. */
function apart(db: Kysely<unknown>): void {
  if (db.isTransaction) {
    throw new Error("set disableTransactions: true in kysely.config.ts");
  }
}
"""


def _own_transactions(name: str, steps: Sequence[Step]) -> str:
    lines = [f"\nexport async function {name}({'db' if steps else '_db'}: Kysely<unknown>): Promise<void> {{\n"]
    if any(not step.transactional for step in steps):
        lines.append("  apart(db);\n")
    for transactional, group in groupby(steps, key=lambda one: one.transactional):
        if transactional:
            lines.append("  await together(db, async (trx) => {\n")
            lines += [_step(one, "trx", "    ") for one in group]
            lines.append("  });\n")
        else:
            lines += [_step(one, "db", "  ") for one in group]
    return "".join(lines) + "}\n"


def _function(name: str, steps: Sequence[Step], apart: bool) -> str:
    used = "db" if any(step.sql for step in steps) else "_db"
    lines = [f"\nexport async function {name}({used}: Kysely<unknown>): Promise<void> {{\n"]
    for transactional, group in groupby(steps, key=lambda one: one.transactional):
        if apart and transactional:
            lines.append("  await db.transaction().execute(async (trx) => {\n")
            lines += [_step(one, "trx", "    ") for one in group]
            lines.append("  });\n")
        else:
            lines += [_step(one, "db", "  ") for one in group]
    return "".join(lines) + "}\n"


def _step(step: Step, runner: str, indent: str) -> str:
    said = remark(step.does, indent) if step.does else ""
    return said + "".join(_statement(one, runner, indent) for one in step.sql)


def _statement(statement: str, runner: str, indent: str) -> str:
    before = f"{indent}await sql{template(statement)}.execute("
    line = f"{before}{runner});"
    if len(line.rsplit("\n", 1)[-1]) > WIDTH:
        return f"{before}\n{indent}  {runner},\n{indent});\n"
    return f"{line}\n"
