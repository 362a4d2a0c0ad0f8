import { createDialect } from "./src/db/index.js";
import { directUrl } from "./src/env.js";

// Read by scripts/migrate.ts; kysely-ctl understands it too.
export default {
  dialect: createDialect(directUrl()),
  migrations: {
    migrationFolder: "migrations",__APART__
  },
  seeds: {
    seedFolder: "seeds",
  },
};
