{{header}}
import { sql, type AnyColumn, type SQL } from "drizzle-orm";

/**
 * Rows after `values` in the ascending order of `columns`: one comparison of
 * rows, which an index on these columns answers however far the page is.
 */
export function after(
  columns: readonly AnyColumn[],
  values: readonly unknown[],
): SQL {
  const left = columns.map((column) => sql`${column}`);
  const right = columns.map((column, at) => sql.param(values[at], column));
  return sql`(${sql.join(left, sql`, `)}) > (${sql.join(right, sql`, `)})`;
}

/** A cursor for clients: the values of a row's key. */
export function encodeCursor(values: readonly unknown[]): string {
  const text = JSON.stringify(values, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  return Buffer.from(text).toString("base64url");
}

/** The `count` values of a cursor. Throws for what is none. */
export function decodeCursor(cursor: string, count: number): unknown[] {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    values = undefined;
  }
  if (!Array.isArray(values) || values.length !== count) {
    throw new RangeError("this is no cursor");
  }
  return values;
}
