
/** Which rows are wanted: up to `limit` of those after the key `after`. */
export interface KeysetRequest<Key> {
  after?: Key | undefined;
  limit?: number | undefined;
}

/** Rows in the order of their key; `next` is the key to go on after, if there are more. */
export interface KeysetPage<Row, Key> {
  rows: Row[];
  next: Key | undefined;
}

/** A page of rows of which one more than `limit` was asked for. */
export function pageOf<Row, Key>(
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => Key,
): KeysetPage<Row, Key> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown,
    next: rows.length > limit && last !== undefined ? keyOf(last) : undefined,
  };
}
