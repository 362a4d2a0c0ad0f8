// `npm run migrate`: runs what is new in prisma/migrations over libSQL, and
// notes it as `prisma migrate deploy` does. This file is yours.
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";

import { createClient } from "@libsql/client";

if (existsSync(".env")) process.loadEnvFile(".env");

const url = process.env["DATABASE_URL"];
if (!url) {
  throw new Error("DATABASE_URL is not set: copy .env.example to .env");
}
const authToken = process.env["TURSO_AUTH_TOKEN"];
const client = createClient(authToken ? { url, authToken } : { url });
const folder = new URL("./migrations/", import.meta.url);

try {
  await client.execute(`CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`);
  const noted = await client.execute(
    "SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
  );
  const done = new Map(
    noted.rows.map((row) => [row["migration_name"], row["checksum"]]),
  );
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map((one) => one.name)
    .sort();
  for (const name of names) {
    const script = readFileSync(new URL(`${name}/migration.sql`, folder));
    const checksum = createHash("sha256").update(script).digest("hex");
    if (done.has(name)) {
      if (done.get(name) !== checksum) {
        throw new Error(`${name} was changed after it was run`);
      }
      continue;
    }
    // One session, and all or nothing. Foreign keys are off, because a table
    // that is rebuilt would take its children's rows with it.
    const values = [randomUUID(), checksum, name].map(quoted).join(", ");
    await client.executeMultiple(`PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
${script.toString("utf8")}
INSERT INTO _prisma_migrations
  (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
  VALUES (${values}, ${Date.now()}, ${Date.now()}, 1);
COMMIT;`);
    console.log(`${name}: done`);
  }
  console.log(`${names.length} migrations, all of them run`);
} finally {
  client.close();
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
