import { existsSync } from "node:fs";

if (existsSync(".env")) {
  process.loadEnvFile(".env");
}

/** Where the database is: file:app.db, libsql://... */
export function databaseUrl(): string {
  const url = process.env["DATABASE_URL"];
  if (!url) {
    throw new Error("DATABASE_URL is not set: copy .env.example to .env");
  }
  return url;
}

/** The same for migrations. */
export const directUrl = databaseUrl;

/** Of a server. */
export function authToken(): string | undefined {
  return process.env["TURSO_AUTH_TOKEN"] || undefined;
}
