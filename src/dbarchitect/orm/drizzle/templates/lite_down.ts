import { readFile } from "node:fs/promises";

import { createClient } from "@libsql/client";

import { setting } from "../env";

// Takes back the last migration that was run: drizzle-kit has no way back, and
// does not look at the scripts called *.down.sql.
interface Journal {
  entries: { tag: string; when: number }[];
}

const client = createClient({
  url: setting("DATABASE_URL"),
{{token}}});
try {
  const found = await client.execute(
    `SELECT rowid AS row, created_at FROM __drizzle_migrations
     ORDER BY created_at DESC LIMIT 1`,
  );
  const last = found.rows[0];
  const journal = JSON.parse(
    await readFile("drizzle/meta/_journal.json", "utf8"),
  ) as Journal;
  const entry = journal.entries.find(
    (one) => one.when === Number(last?.created_at),
  );
  if (!last || !entry) {
    throw new Error("there is no migration to take back");
  }
  const script = await readFile(`drizzle/${entry.tag}.down.sql`, "utf8");
  // All of it or nothing, with foreign keys off.
  await client.migrate([
    ...script.split("--> statement-breakpoint"),
    `DELETE FROM __drizzle_migrations WHERE rowid = ${Number(last.row)}`,
  ]);
  console.log(`took back ${entry.tag}`);
} finally {
  client.close();
}
