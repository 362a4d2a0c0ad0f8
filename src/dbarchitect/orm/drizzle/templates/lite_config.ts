import { defineConfig } from "drizzle-kit";

import "./src/env";

export default defineConfig({
  dialect: "{{dialect}}",
  schema: "./src/db/schema.ts",
  out: "./drizzle",
  dbCredentials: {
    url: process.env.DATABASE_URL ?? "",
{{token}}  },
});
