"""`migrations/0001_init.ts`: the exact DDL as `sql` templates, with its way back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from dbarchitect.model.plan import Step
from dbarchitect.orm.project import Ddl

from .typescript import WIDTH, remark, template

PATH = "migrations/0001_init.ts"


def runs_outside(ddl: Ddl) -> bool:
    """Whether a step must stand outside a transaction: Kysely then must not open one for all."""
    return any(not step.transactional for step in (*ddl.up, *ddl.down))


def migration(ddl: Ddl) -> str:
    """The text of the first migration."""
    apart = runs_outside(ddl)
    head = (
        "// The whole schema, exactly: written once by `dba orm --to kysely`.\n"
        "// What comes after is a migration of its own: 0002_....ts.\n\n"
        'import { type Kysely, sql } from "kysely";\n'
    )
    return head + _function("up", ddl.up, apart) + _function("down", ddl.down, apart)


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
