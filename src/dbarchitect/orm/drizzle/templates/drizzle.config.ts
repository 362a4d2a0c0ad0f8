import { defineConfig } from "drizzle-kit";

import "./src/env";

export default defineConfig({
  dialect: "postgresql",
  schema: "./src/db/schema.ts",
  out: "./drizzle",
  schemaFilter: {{schemas}},
  dbCredentials: {
    // Migrations need a connection of their own: not the pooled one.
    url: process.env.DIRECT_URL ?? process.env.DATABASE_URL ?? "",
  },
});
