import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import { setting } from "../env";
{{import}}
// The pooler in transaction mode gives a session to each transaction, so that
// prepared statements would be looked for where they are not.
export const client = postgres(setting("DATABASE_URL"), {
  prepare: false,
  max: Number(process.env.DATABASE_POOL_SIZE ?? 10),
  connect_timeout: 10,
  idle_timeout: 30,
});

export const db = drizzle({
  client,
  {{relations}},
});

export async function close(): Promise<void> {
  await client.end();
}
{{shared}}
