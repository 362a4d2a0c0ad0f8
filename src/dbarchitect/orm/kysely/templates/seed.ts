// npm run seed

import { createDatabase } from "../src/db/index.js";
import { directUrl } from "../src/env.js";
import { seed } from "../seeds/0001_example.js";

const db = createDatabase(directUrl());
try {
  await db.transaction().execute(seed);
  console.log("seeded");
} finally {
  await db.destroy();
}
