import { createDialect } from "./src/db/index.js";
import { directUrl } from "./src/env.js";

// Read by scripts/migrate.ts; kysely-ctl understands it too.
export default {
  // A table that is rebuilt would take its children's rows with it.
  dialect: createDialect(directUrl(), { foreignKeys: false }),
  migrations: {
    migrationFolder: "migrations",
  },
  seeds: {
    seedFolder: "seeds",
  },
};
