
// Names in camel case, for who wants them: createCamelDatabase instead of
// createDatabase. The plugin makes `accountId` of account_id and the way back,
// and cannot say names that do not come back as they were ("displayName",
// line_2, _id): these are left out of the types. Keys inside JSON stay as they
// are, in documents and in relations. The repositories are for createDatabase.

import { CamelCasePlugin, Kysely } from "kysely";

import { createDialect } from "./index.js";
import type { Database } from "./types.js";

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

type Camel<Name extends string> = Name extends `${infer Word}_${infer Rest}`
  ? `${Word}${Capitalize<Camel<Rest>>}`
  : Name;

type Sayable<Name> = Name extends string
  ? Name extends Lowercase<Name>
    ? Name extends
        | `_${string}`
        | `${string}_`
        | `${string}__${string}`
        | `${string}_${Digit}${string}`
      ? never
      : Camel<Name>
    : never
  : never;

export type CamelCased<Table> = {
  [Column in keyof Table as Sayable<Column>]: Table[Column];
};

export type CamelDatabase = {
  [Table in keyof Database as Sayable<Table>]: CamelCased<Database[Table]>;
};

/** A query builder whose tables and columns are named in camel case. */
export function createCamelDatabase(
  connectionString: string,
): Kysely<CamelDatabase> {
  return new Kysely<CamelDatabase>({
    dialect: createDialect(connectionString),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}
