import { readFile } from "node:fs/promises";

import { desc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/{{driver}}";
import { bigint, pgSchema, serial, text } from "drizzle-orm/pg-core";
{{import}}

import { setting } from "../env";

// Takes back the last migration that was run: drizzle-kit has no way back, and
// does not look at the scripts called {{called}}.
const history = pgSchema("drizzle").table("__drizzle_migrations", {
  id: serial().primaryKey(),
  hash: text().notNull(),
  createdAt: bigint("created_at", { mode: "number" }),{{column}}
});
{{journal}}
const client = {{client}};
const db = drizzle({ client });
try {
  const [last] = await db
    .select()
    .from(history)
    .orderBy(desc(history.{{latest}}))
    .limit(1);
{{find}}    throw new Error("there is no migration to take back");
  }
  const script = await readFile(`drizzle/{{script}}`, "utf8");
  await db.transaction(async (tx) => {
    for (const statement of script.split("--> statement-breakpoint")) {
      await tx.execute(sql.raw(statement));
    }
    await tx.delete(history).where(eq(history.id, last.id));
  });
  console.log(`took back ${{{name}}}`);
} finally {
  await client.end();
}
