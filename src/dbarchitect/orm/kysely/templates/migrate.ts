// npm run migrate latest | up | down | reset | status

import { promises as fs } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { Kysely } from "kysely";
import {
  FileMigrationProvider,
  type MigrationResultSet,
  Migrator,
  NO_MIGRATIONS,
} from "kysely/migration";

import config from "../kysely.config.js";

const home = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { migrationFolder, ...options } = config.migrations;
const db = new Kysely<unknown>({ dialect: config.dialect });
const migrator = new Migrator({
  ...options,
  db,
  provider: new FileMigrationProvider({
    fs,
    path,
    migrationFolder: path.join(home, migrationFolder),
    import: (file) => import(pathToFileURL(file).href),
  }),
});

const commands: Record<string, () => Promise<MigrationResultSet>> = {
  latest: () => migrator.migrateToLatest(),
  up: () => migrator.migrateUp(),
  down: () => migrator.migrateDown(),
  reset: () => migrator.migrateTo(NO_MIGRATIONS),
};

const wanted = process.argv[2] ?? "latest";
try {
  const command = commands[wanted];
  if (command !== undefined) {
    const { error, results = [] } = await command();
    for (const { direction, migrationName, status } of results) {
      console.log(`${direction.toLowerCase()} ${migrationName}: ${status}`);
    }
    if (error !== undefined) {
      throw error;
    }
    if (results.length === 0) {
      console.log("nothing to do");
    }
  } else if (wanted === "status") {
    for (const { name, executedAt } of await migrator.getMigrations()) {
      console.log(`${name}: ${executedAt?.toISOString() ?? "pending"}`);
    }
  } else {
    throw new Error(`${wanted} is none of latest, up, down, reset, status`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await db.destroy();
}
