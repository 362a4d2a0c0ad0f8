import { {{operators}} } from "drizzle-orm";

import { db, type Connection } from "../db";
{{exact}}import { after, decodeCursor, encodeCursor } from "../db/keyset";
import { {{table}}, type {{new}}, type {{row}} } from "../db/schema";

export type {{row}}Key = {{key_type}};

/** What is read along with a row: in the same query, however many rows. */
const related = {{related}};

function has(key: {{row}}Key) {
  return {{condition}};
}

export async function find{{row}}(key: {{row}}Key, on: Connection = db) {
  return on.query.{{table}}.findFirst({ where: {{where}}, with: related });
}

/** A page in the order of the primary key; `next` is the cursor of the next. */
export async function list{{many}}(
  { limit = 50, cursor }: { limit?: number; cursor?: string } = {},
  on: Connection = db,
) {
{{key}}  const found = await on.query.{{table}}.findMany({
{{page}}    limit: limit + 1,
    with: related,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const more = last !== undefined && found.length > limit;
  return { rows: page, next: more ? encodeCursor({{last}}) : undefined };
}

export async function create{{row}}(
  input: {{new}},
  on: Connection = db,
): Promise<{{row}}> {
  const [row] = await on.insert({{table}}).values(input).returning();
  if (!row) {
    throw new Error("nothing was inserted");
  }
  return row;
}

/** The row as it is now; undefined where there is none of that key. */
export async function update{{row}}(
  key: {{row}}Key,
  change: Partial<{{new}}>,
  on: Connection = db,
): Promise<{{row}} | undefined> {
  const [row] = await on
    .update({{table}})
    .set(change)
    .where(has(key))
    .returning();
  return row;
}

/** Whether there was one. */
export async function delete{{row}}(
  key: {{row}}Key,
  on: Connection = db,
): Promise<boolean> {
  const gone = await on.delete({{table}}).where(has(key)).returning();
  return gone.length > 0;
}
