// The connection. This file is yours: it is written once.

import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";

import { createParsers } from "./parsers.js";
import type { Database } from "./types.js";

export type * from "./types.js";
export { inTransaction } from "./transaction.js";

/** The dialect for a database: a pool, and parsers that read every type exactly. */
export function createDialect(connectionString: string): PostgresDialect {
  const { types, learn } = createParsers();
  return new PostgresDialect({
    pool: async () =>
      new pg.Pool({
        connectionString,
        types,
__POOL__      }),
    onCreateConnection: learn,
  });
}

/** A query builder with a pool of its own: one for a process; `destroy()` ends it. */
export function createDatabase(connectionString: string): Kysely<Database> {
  return new Kysely<Database>({ dialect: createDialect(connectionString) });
}
