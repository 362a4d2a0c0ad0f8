import { fileURLToPath } from "node:url";

import { close, inTransaction, type Connection } from ".";
{{imports}}
/** Example rows; adapt them. Returns the one that everything else is for. */
export async function seed(on: Connection): Promise<{{row}}> {
{{body}}}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await inTransaction(seed);
  await close();
}
