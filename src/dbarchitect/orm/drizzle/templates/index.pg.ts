import { drizzle } from "drizzle-orm/node-postgres";
import { Pool } from "pg";

import { setting } from "../env";
{{import}}
{{note}}export const pool = new Pool({
  connectionString: setting("DATABASE_URL"),
  max: Number(process.env.DATABASE_POOL_SIZE ?? 10),
  connectionTimeoutMillis: 10_000,
  idleTimeoutMillis: 30_000,
});

export const db = drizzle({
  client: pool,
  {{relations}},
});

export async function close(): Promise<void> {
  await pool.end();
}
{{shared}}
