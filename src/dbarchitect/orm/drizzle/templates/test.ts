import assert from "node:assert/strict";
import { after, test } from "node:test";

import { TransactionRollbackError } from "drizzle-orm";

import { close, db, type Transaction } from "../src/db";
import { seed } from "../src/db/seed";
import { find{{row}}, list{{many}} } from "../src/repositories/{{file}}";

after(close);

/** Runs `work` and takes back all that it did. */
async function rolledBack(
  work: (tx: Transaction) => Promise<void>,
): Promise<void> {
  try {
    await db.transaction(async (tx) => {
      await work(tx);
      tx.rollback();
    });
  } catch (error) {
    if (!(error instanceof TransactionRollbackError)) {
      throw error;
    }
  }
}

test("a row is found again by its key, with what belongs to it", () =>
  rolledBack(async (tx) => {
    const row = await seed(tx);
    const found = await find{{row}}(row, tx);
{{asserted}}  }));

test("pages follow one another", () =>
  rolledBack(async (tx) => {
    await seed(tx);
    const seen = new Set<string>();
    let count = 0;
    let cursor: string | undefined;
    do {
      const from = cursor === undefined ? {} : { cursor };
      const page = await list{{many}}({ limit: 1, ...from }, tx);
      count += page.rows.length;
      assert.ok(!seen.has(page.next ?? ""));
      seen.add(page.next ?? "end");
      cursor = page.next;
    } while (cursor);
    assert.ok(count > 0);
  }));
