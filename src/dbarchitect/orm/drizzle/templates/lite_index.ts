import { createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";

import { setting } from "../env";
{{import}}
// libSQL enforces foreign keys on every connection, which SQLite does not.
export const client = createClient({
  url: setting("DATABASE_URL"),
{{token}}});
{{wal}}export const db = drizzle({
  client,
  {{relations}},
});

export async function close(): Promise<void> {
  client.close();
}
{{shared}}
