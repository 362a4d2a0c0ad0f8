import { drizzle } from "drizzle-orm/{{driver}}";
import { migrate } from "drizzle-orm/{{driver}}/migrator";
{{import}}

import { setting } from "../env";

const client = {{client}};
await migrate(drizzle({ client }), { migrationsFolder: "drizzle" });
await client.end();
