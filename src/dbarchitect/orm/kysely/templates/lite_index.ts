// The connection. This file is yours: it is written once.

import { Kysely } from "kysely";

import { authToken } from "../env.js";
import { LibsqlDialect } from "./libsql.js";
import type { Database } from "./types.js";

export type * from "./types.js";

/** The dialect for a database; without foreign keys for migrations of a file. */
export function createDialect(
  url: string,
  { foreignKeys = true }: { foreignKeys?: boolean } = {},
): LibsqlDialect {
  const token = authToken();
  const config = token === undefined ? { url } : { url, authToken: token };
  return new LibsqlDialect(config, { foreignKeys });
}

/** A query builder with a connection of its own: one for a process; `destroy()` ends it. */
export function createDatabase(url: string): Kysely<Database> {
  return new Kysely<Database>({ dialect: createDialect(url) });
}
