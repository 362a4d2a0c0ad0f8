import { createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import { migrate } from "drizzle-orm/libsql/migrator";

import { setting } from "../env";

const client = createClient({
  url: setting("DATABASE_URL"),
{{token}}});
// In one transaction, with foreign keys off: a table that is rebuilt would take
// its children's rows with it.
await migrate(drizzle({ client }), { migrationsFolder: "drizzle" });
const broken = await client.execute("PRAGMA foreign_key_check");
if (broken.rows.length > 0) {
  console.error(`${broken.rows.length} rows refer to rows that are not there`);
  process.exitCode = 1;
}
client.close();
