
// npm run db:check: whether the database is as src/db/types.ts says. The
// compiler holds catalogue.ts to types.ts; this holds the database to it.

import { fileURLToPath } from "node:url";

import { type Kysely, sql } from "kysely";

import { columns, unaddressed } from "../src/db/catalogue.js";
import { createDatabase } from "../src/db/index.js";
import type { Database } from "../src/db/types.js";
import { directUrl } from "../src/env.js";

type Facts = Map<string, string>;

interface Row {
  table: string;
  column: string;
  type: string;
  required: number;
  defaulted: number;
  hidden: number;
  alias: number;
}

/** What types.ts says, one fact an entry. */
function said(): Facts {
  const facts: Facts = new Map();
  for (const [table, found] of Object.entries(columns)) {
    for (const [column, fact] of Object.entries<string>(found)) {
      facts.set(`${table}.${column}`, fact);
    }
  }
  return facts;
}

/** What the database has; of virtual tables there are no types. */
async function found(db: Kysely<Database>): Promise<Facts> {
  const { rows } = await sql<Row>`
    select l.name as "table", x.name as "column", x.type, x.hidden,
      x."notnull" or x.pk > 0 as required, x.dflt_value is not null as defaulted,
      x.pk > 0 and upper(x.type) = 'INTEGER' and not l.wr and l.type = 'table'
        and 1 = (select count(*) from pragma_table_xinfo(l.name) k where k.pk > 0)
        as alias
    from pragma_table_list l join pragma_table_xinfo(l.name) x
    where l.schema = 'main' and l.type in ('table', 'view') and x.hidden <> 1
      and l.name not like 'sqlite\\_%' escape '\\'
      and l.name not in ('kysely_migration', 'kysely_migration_lock')
  `.execute(db);
  return new Map(
    rows.map((row) => {
      const words = [row.type.replace(/\s*GENERATED ALWAYS\s*$/i, "")];
      if (row.required) words.push("not null");
      if (row.hidden > 1) words.push("generated");
      else if (row.alias) words.push("identity");
      else if (row.defaulted) words.push("default");
      return [`${row.table}.${row.column}`, words.join(" ")];
    }),
  );
}

/** Every difference between the types and the database, in words. */
export async function differences(db: Kysely<Database>): Promise<string[]> {
  const [wanted, there] = [said(), await found(db)];
  const lines: string[] = [];
  for (const name of [...new Set([...wanted.keys(), ...there.keys()])].sort()) {
    const [types, database] = [wanted.get(name), there.get(name)];
    const skipped = unaddressed.some((one) => name.startsWith(`${one}.`));
    if (types !== database && !skipped) {
      lines.push(
        `${name}: ${types ?? "not"} in types.ts, ${database ?? "not"} in the database`,
      );
    }
  }
  return lines;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const db = createDatabase(directUrl());
  try {
    const lines = await differences(db);
    console.log(lines.join("\n") || "the database is as types.ts says");
    process.exitCode = lines.length > 0 ? 1 : 0;
  } finally {
    await db.destroy();
  }
}
