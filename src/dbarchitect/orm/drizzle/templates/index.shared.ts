
export type Database = typeof db;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

/** What a function takes that runs inside a transaction and outside of one. */
export type Connection = Database | Transaction;

/** All of `work` or nothing of it. */
export async function inTransaction<T>(
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return db.transaction(work);
}
