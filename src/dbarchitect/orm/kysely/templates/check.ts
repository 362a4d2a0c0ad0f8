
// npm run db:check: whether the database is as src/db/types.ts says. The
// compiler holds catalogue.ts to types.ts; this holds the database to it.

import { fileURLToPath } from "node:url";

import { type Kysely, sql } from "kysely";

import { columns, domains, enums, unaddressed } from "../src/db/catalogue.js";
import { createDatabase } from "../src/db/index.js";
import type { Database } from "../src/db/types.js";
import { directUrl } from "../src/env.js";

type Facts = Map<string, string>;

/** What types.ts says, one fact an entry. */
function said(): Facts {
  const facts: Facts = new Map();
  for (const [table, found] of Object.entries(columns)) {
    facts.set(`table ${table}`, "there");
    for (const [column, fact] of Object.entries<string>(found)) {
      facts.set(`column ${table}.${column}`, fact);
    }
  }
  for (const [name, labels] of Object.entries(enums)) {
    facts.set(`enum ${name}`, JSON.stringify(labels));
  }
  for (const [name, type] of Object.entries(domains)) {
    facts.set(`domain ${name}`, type);
  }
  return facts;
}

/** What the database has. */
async function found(db: Kysely<Database>): Promise<Facts> {
  return await db.transaction().execute(async (trx) => {
    // Names of types are then printed with their schema.
    await sql`select set_config('search_path', '', true)`.execute(trx);
    const { rows } = await sql<{ name: string; fact: string }>`
      with relation as (
        select c.oid, case n.nspname when 'public' then c.relname::text
          else n.nspname || '.' || c.relname end as name
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'f', 'v', 'm') and not c.relispartition
          and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
          and c.relname not in ('kysely_migration', 'kysely_migration_lock')
          and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid
            and d.classid = 'pg_catalog.pg_class'::regclass and d.deptype = 'e')
      )
      select 'table ' || name as name, 'there' as fact from relation
      union all
      select 'column ' || r.name || '.' || a.attname,
        pg_catalog.format_type(a.atttypid, a.atttypmod)
        || case when a.attnotnull then ' not null' else '' end
        || case when a.attgenerated <> '' then ' generated'
          when a.attidentity = 'a' then ' identity always'
          when a.attidentity = 'd' then ' identity'
          when a.atthasdef then ' default' else '' end
      from relation r join pg_catalog.pg_attribute a on a.attrelid = r.oid
      where a.attnum > 0 and not a.attisdropped
      union all
      select case t.typtype when 'e' then 'enum ' else 'domain ' end || n.nspname || '.' || t.typname,
        case t.typtype when 'e' then (
          select coalesce(json_agg(e.enumlabel order by e.enumsortorder), '[]')::text
          from pg_catalog.pg_enum e where e.enumtypid = t.oid)
        else pg_catalog.format_type(t.typbasetype, t.typtypmod)
          || case when t.typnotnull then ' not null' else '' end end
      from pg_catalog.pg_type t
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace
      where t.typtype in ('e', 'd') and n.nspname <> 'information_schema'
        and n.nspname not like 'pg\\_%'
        and not exists (select from pg_catalog.pg_depend d where d.objid = t.oid
          and d.classid = 'pg_catalog.pg_type'::regclass and d.deptype = 'e')
    `.execute(trx);
    return new Map(
      rows.map(({ name, fact }) => [
        name,
        name.startsWith("enum ") ? JSON.stringify(JSON.parse(fact)) : fact,
      ]),
    );
  });
}

/** Every difference between the types and the database, in words. */
export async function differences(db: Kysely<Database>): Promise<string[]> {
  const [wanted, there] = [said(), await found(db)];
  const lines: string[] = [];
  for (const name of [...new Set([...wanted.keys(), ...there.keys()])].sort()) {
    const [types, database] = [wanted.get(name), there.get(name)];
    const skipped = unaddressed.some(
      (one) => name === `table ${one}` || name.startsWith(`column ${one}.`),
    );
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
