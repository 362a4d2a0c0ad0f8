"""The TypeScript of a project that follows its schema: rows, repository and test."""

from __future__ import annotations

from collections.abc import Sequence

from dbarchitect.model.english import pascal, snake

from ..blueprint import Entity, Relation
from .keys import Key, Reference
from .sample import Row, Sample, key_of
from .schema import Sketch
from .types import quoted

_PAGE = 20  # rows of a list within a row


def file_of(entity: Entity) -> str:
    """The name of its repository, without the ending."""
    return snake(entity.words).replace("_", "-") if snake(entity.words).isascii() else "main"


def accessor(made: Sketch, entity: Entity) -> str:
    """The client's property for a model."""
    model = made.names.models[entity.name]
    return model[0].lower() + model[1:]


def repository(made: Sketch, chosen: Sample) -> str:
    """One central table: pages by key, one row, a new row, and what is on the far side of a junction."""
    entity, model, access = chosen.main, made.names.models[chosen.main.name], accessor(made, chosen.main)
    key = key_of(made, entity)
    assert key is not None
    fields = [made.names.fields[entity.name][one] for one in key.columns]
    many = _many(made, entity)
    junctions = [one for one in made.blueprint.of(entity) if one.kind == "many to many" and _joined(made, one)]
    far = {made.names.models[one.to] for one in junctions if key_of(made, made.blueprint.entity(one.to)) is not None}
    details = _details(made, entity, junctions)
    strategy = "" if made.lite else '\n    relationLoadStrategy: "join",'
    include = f"\n    include: {access}Details,{strategy}" if details else ""
    head = f"export type {model}WithDetails = {model};\n"
    if details:
        head = f"""/** What is read with a row{"" if made.lite else ", in the same query"}. */
export const {access}Details = {{
{details}
}} satisfies Prisma.{model}Include;

export type {model}WithDetails = Prisma.{model}GetPayload<{{
  include: typeof {access}Details;
}}>;
"""
    text = f"""import type {{ {", ".join(sorted({model, *far, "Prisma"}))} }} from "../generated/prisma/client.js";

{head}export type {model}Key = Pick<{model}, {" | ".join(f'"{one}"' for one in fields)}>;

export interface {model}Page {{
  rows: {model}WithDetails[];
  /** Where the next page begins; null after the last one. */
  next: {model}Key | null;
}}

/**
 * One page in the order of the key. It starts behind a row and not at a number,
 * so that a late page costs what the first one costs.
 */
export async function list{many}(
  db: Prisma.TransactionClient,
  after: {model}Key | null = null,
  size = 50,
  filter: Prisma.{model}WhereInput = {{}},
): Promise<{model}Page> {{
  const rows = await db.{access}.findMany({{
    where: after === null ? filter : {{ AND: [filter, behind(after)] }},
    orderBy: [{", ".join(f'{{ {one}: "asc" }}' for one in fields)}],
    take: size + 1,{include}
  }});
  const page = rows.slice(0, size);
  const last = page.at(-1);
  return {{
    rows: page,
    next: last !== undefined && rows.length > size ? keyOf(last) : null,
  }};
}}

export async function find{model}(
  db: Prisma.TransactionClient,
  key: {model}Key,
): Promise<{model}WithDetails | null> {{
  return db.{access}.findUnique({{
    where: {_where(key, fields)},{include}
  }});
}}

export async function create{model}(
  db: Prisma.TransactionClient,
  data: Prisma.{model}UncheckedCreateInput,
): Promise<{model}> {{
  return db.{access}.create({{ data }});
}}
"""
    for one in junctions:
        text += _far_side(made, one, model, many)
    return text + _helpers(model, fields)


def _many(made: Sketch, entity: Entity) -> str:
    """The plural of a model in a name of a function; a noun without one gets a word for it."""
    model, many = made.names.models[entity.name], pascal(entity.many)
    return many if many != model and many.isascii() else f"All{model}"


def _joined(made: Sketch, relation: Relation) -> tuple[Reference, Reference] | None:
    """The references of a junction to the near side and to the far one."""
    mine = {one.key: one for one in made.references if one.there.at == relation.through}
    near, far = mine.get(relation.key), mine.get(relation.far_key) if relation.far_key is not None else None
    return (near, far) if near and far and str(relation.through) not in made.ignored else None


def _details(made: Sketch, entity: Entity, junctions: Sequence[Relation]) -> str:
    across: dict[str, Reference] = {}
    for relation in junctions:
        joined = _joined(made, relation)
        assert joined is not None
        across[joined[0].name] = joined[1]
    leaving = [one for one in made.references if one.there.at == entity.name and str(one.there.to) not in made.ignored]
    lines = [f"  {made.there_field(one)}: true," for one in leaving]
    for one in made.references:
        if one.back.at != entity.name or str(one.back.to) in made.ignored:
            continue
        field = made.back_field(one)
        if one.name in across:
            lines.append(f"  {field}: {{ take: {_PAGE}, include: {{ {made.there_field(across[one.name])}: true }} }},")
        else:
            lines.append(f"  {field}: true," if one.alone else f"  {field}: {{ take: {_PAGE} }},")
    return "\n".join(lines)


def _where(key: Key, fields: Sequence[str]) -> str:
    """What `findUnique` takes for a key."""
    return "keyOf(key)" if len(key.columns) == 1 else f"{{ {'_'.join(fields)}: keyOf(key) }}"


def _far_side(made: Sketch, relation: Relation, model: str, many: str) -> str:
    joined = _joined(made, relation)
    far = made.blueprint.entity(relation.to)
    key = key_of(made, far)
    if joined is None or key is None:
        return ""
    near_field, far_field = made.back_field(joined[0]), made.there_field(joined[1])
    target = made.names.models[far.name]
    named = pascal(relation.words) if relation.to_self else target
    theirs = [made.names.fields[far.name][one] for one in key.columns]
    typed = f"Pick<{target}, {' | '.join(quoted(one) for one in theirs)}>"
    return f"""
/** The other direction of many to many: all that are joined with one {target}. */
export async function list{many}Of{named}(
  db: Prisma.TransactionClient,
  far: {typed},
  after: {model}Key | null = null,
  size = 50,
): Promise<{model}Page> {{
  return list{many}(db, after, size, {{
    {near_field}: {{ some: {{ {far_field}: {{ {", ".join(f"{one}: far.{one}" for one in theirs)} }} }} }},
  }});
}}
"""


def _helpers(model: str, fields: Sequence[str]) -> str:
    if len(fields) == 1:
        behind = f"  return {{ {fields[0]}: {{ gt: after.{fields[0]} }} }};"
    else:
        parts: list[str] = []
        for number, one in enumerate(fields):
            equal = [f"{before}: after.{before}" for before in fields[:number]]
            parts.append(f"      {{ {', '.join([*equal, f'{one}: {{ gt: after.{one} }}'])} }},")
        behind = "\n".join(["  return {", "    OR: [", *parts, "    ],", "  };"])
    return f"""
function keyOf(row: {model}Key): {model}Key {{
  return {{ {", ".join(f"{one}: row.{one}" for one in fields)} }};
}}

function behind(after: {model}Key): Prisma.{model}WhereInput {{
{behind}
}}
"""


def rows(made: Sketch, chosen: Sample) -> str:
    """`prisma/rows.ts`: one row and what belongs to it."""
    uses = any("randomUUID()" in value for one in chosen.rows for value in one.values.values())
    lines = ['import { randomUUID } from "node:crypto";', ""] if uses else []
    lines += ['import type { Prisma } from "../src/generated/prisma/client.js";', ""]
    model = made.names.models[chosen.main.name]
    lines += [
        "/**",
        f" * One {model} with what it refers to and what refers to it. Rows of another `n` differ",
        " * wherever their types have room for that.",
        " */",
        "export async function plant(db: Prisma.TransactionClient, n: number) {",
    ]
    used = {one for row in chosen.rows for value in row.values.values() for one in [value.split(".")[0]]}
    for one in chosen.rows:
        keep = one.variable in used or one is chosen.row
        lines += _create(made, one, keep)
    return "\n".join([*lines, f"  return {chosen.row.variable};", "}", ""])


def _create(made: Sketch, row: Row, keep: bool) -> list[str]:
    start = f"  const {row.variable} = await" if keep else "  await"
    access = accessor(made, row.entity)
    if not row.values:
        return [f"{start} db.{access}.create({{ data: {{}} }});"]
    values = [f"      {name}: {value}," for name, value in row.values.items()]
    return [f"{start} db.{access}.create({{", "    data: {", *values, "    },", "  });"]


def seed(made: Sketch, chosen: Sample | None) -> str:
    """`prisma/seed.ts`."""
    if chosen is None:
        return _SEED_EMPTY
    access = accessor(made, chosen.main)
    return f"""import {{ prisma, transaction }} from "../src/db.js";
import {{ plant }} from "./rows.js";

try {{
  if ((await prisma.{access}.count()) === 0) {{
    await transaction((tx) => plant(tx, 1));
  }}
  console.log(`${{await prisma.{access}.count()}} in {access}`);
}} finally {{
  await prisma.$disconnect();
}}
"""


_SEED_EMPTY = """import { prisma } from "../src/db.js";

try {
  await prisma.$queryRaw`SELECT 1`;
  console.log("connected; rows for a start are written here");
} finally {
  await prisma.$disconnect();
}
"""


def test(made: Sketch, chosen: Sample | None) -> str:
    """A test that inserts, reads nested and leaves nothing behind."""
    if chosen is None:
        return _TEST_EMPTY
    entity, model = chosen.main, made.names.models[chosen.main.name]
    many = _many(made, entity)
    key = key_of(made, entity)
    assert key is not None
    fields = [made.names.fields[entity.name][one] for one in key.columns]
    asserts = [f"    assert.ok(found.{made.there_field(one)});" for one in chosen.parents]
    for one in chosen.children:
        field = made.back_field(one)
        asserts.append(f"    assert.ok(found.{field});" if one.alone else f"    assert.equal(found.{field}.length, 1);")
    lines = "\n".join(asserts)
    return f"""import assert from "node:assert/strict";
import {{ after, test }} from "node:test";

import {{ plant }} from "../prisma/rows.js";
import {{ prisma, rolledBack }} from "../src/db.js";
import {{ find{model}, list{many} }} from "../src/repositories/{file_of(entity)}.js";

after(() => prisma.$disconnect());

test("a row is read with what belongs to it{"" if made.lite else ", in one query"}", async () => {{
  await rolledBack(async (tx) => {{
    const planted = await plant(tx, 7);
    const found = await find{model}(tx, planted);
    assert.ok(found);
{lines}
  }});
}});

test("pages follow each other by key", async () => {{
  await rolledBack(async (tx) => {{
    const planted = await plant(tx, 7);
    const seen = [];
    let page = await list{many}(tx, null, 1);
    for (;;) {{
      seen.push(...page.rows);
      if (page.next === null) break;
      page = await list{many}(tx, page.next, 1);
    }}
    const keys = seen.map((row) => [{", ".join(f"String(row.{one})" for one in fields)}].join());
    assert.equal(new Set(keys).size, keys.length);
    assert.ok(keys.includes([{", ".join(f"String(planted.{one})" for one in fields)}].join()));
  }});
}});
"""


_TEST_EMPTY = """import assert from "node:assert/strict";
import { after, test } from "node:test";

import { prisma } from "../src/db.js";

after(() => prisma.$disconnect());

test("the database answers", async () => {
  const rows = await prisma.$queryRaw<{ one: number }[]>`SELECT 1 AS one`;
  assert.deepEqual(rows, [{ one: 1 }]);
});
"""
