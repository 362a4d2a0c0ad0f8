import type { IsolationLevel, Kysely, Transaction } from "kysely";

import type { Database } from "./types.js";

// Serialization failure and deadlock: the same transaction may succeed if it
// is run again (PostgreSQL documentation, 13.5).
const AGAIN = new Set(["40001", "40P01"]);

/**
 * Runs `work` in a transaction, and again where PostgreSQL says that it had to
 * give way to another one. `work` must do nothing outside the database.
 */
export async function inTransaction<T>(
  db: Kysely<Database>,
  work: (trx: Transaction<Database>) => Promise<T>,
  {
    isolation,
    attempts = 3,
  }: { isolation?: IsolationLevel; attempts?: number } = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const transaction = db.transaction();
      return await (
        isolation ? transaction.setIsolationLevel(isolation) : transaction
      ).execute(work);
    } catch (error) {
      const code = (error as { code?: string } | null)?.code;
      if (attempt >= attempts || code === undefined || !AGAIN.has(code)) {
        throw error;
      }
    }
  }
}
