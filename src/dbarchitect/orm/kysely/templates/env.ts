import { existsSync } from "node:fs";

if (existsSync(".env")) {
  process.loadEnvFile(".env");
}

/** Where the application connects to. */
export function databaseUrl(): string {
  const url = process.env["DATABASE_URL"];
  if (!url) {
    throw new Error("DATABASE_URL is not set: copy .env.example to .env");
  }
  return url;
}

/** Where migrations connect to: past a pooler, if there is one. */
export function directUrl(): string {
  return process.env["DIRECT_URL"] || databaseUrl();
}
