#!/usr/bin/env -S node --no-warnings --experimental-wasm-modules
// Prisma's migration engine in place of the binary that its command line would download: the WebAssembly build of the
// same engine from npm, behind the same JSON-RPC on standard input and output. It serves `migrate deploy`,
// `migrate status` and `migrate diff` from a database to a schema, of PostgreSQL and of a file of SQLite.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const project = createRequire(path.join(process.cwd(), "package.json"));
const load = (name) => import(pathToFileURL(project.resolve(name)));
const given = process.argv.slice(2);
if (given.includes("--version")) {
  console.log("schema-engine-cli in WebAssembly");
  process.exit(0);
}
const option = (name) => (given.includes(name) ? given[given.indexOf(name) + 1] : undefined);
const url = JSON.parse(option("--datasource") ?? "{}").url;
const factory = url?.startsWith("file:") ? await sqlite() : await postgres();

async function sqlite() {
  if (given.includes("cli")) process.exit(0); // a file is made when it is opened
  const { PrismaLibSql } = await load("@prisma/adapter-libsql");
  const made = new PrismaLibSql({ url });
  const ordinary = made.connect.bind(made);
  made.connect = async () => {
    // The describer asks for `name = "index"`: libSQL is built without double-quoted strings, the binary with them.
    const adapter = await ordinary();
    const raw = adapter.queryRaw.bind(adapter);
    const quoted = /(type = 'index' AND name = )"([^"]*)";$/;
    const single = (_, before, name) => `${before}'${name.replaceAll("'", "''")}'`;
    adapter.queryRaw = (asked) => raw({ ...asked, sql: asked.sql.replace(quoted, single) });
    return adapter;
  };
  return made;
}

async function postgres() {
  const pg = (await load("pg")).default;
  if (given.includes("cli")) {
    // `cli can-connect-to-database`: the test has made it.
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.end();
    process.exit(0);
  }

  // `migrate diff` reads the catalogue, whose types "char" and name the adapter does not know, and in which the engine takes
  // PostgreSQL 18's rows for NOT NULL for constraints of a kind that it does not know.
  const { ColumnTypeEnum } = await load("@prisma/driver-adapter-utils");
  const known = { 18: 1042, 19: 25, 22: 25, 194: 25, 1002: 1009, 1003: 1009, 2205: 25, 2206: 25 };
  const letters = new Set();
  const repaired = (result) => {
    for (const one of [result].flat()) {
      for (const field of one?.fields ?? []) {
        if (field.dataTypeID === 18) letters.add(field.name);
        field.dataTypeID = known[field.dataTypeID] ?? field.dataTypeID;
      }
    }
    return result;
  };
  const without = (text) => text.replace("contype NOT IN ('p', 'u', 'f')", "contype NOT IN ('p', 'u', 'f', 'n')");
  const query = pg.Client.prototype.query;
  pg.Client.prototype.query = function (config, values, callback) {
    const asked = typeof config === "string" ? without(config) : config;
    if (typeof asked?.text === "string") asked.text = without(asked.text);
    const done = typeof values === "function" ? values : callback;
    if (done === undefined) return Promise.resolve(query.call(this, asked, values)).then(repaired);
    const rest = typeof values === "function" ? [] : [values];
    return query.call(this, asked, ...rest, (error, result) => done(error, repaired(result)));
  };

  // The adapter cuts a script at every semicolon, also those in function bodies. The engine's own connector, which the
  // binary has, sends it whole, as one simple query.
  const { PrismaPg } = await load("@prisma/adapter-pg");
  const factory = new PrismaPg({ connectionString: url });
  for (const connect of ["connect", "connectToShadowDb"]) {
    const ordinary = factory[connect].bind(factory);
    factory[connect] = async () => {
      const adapter = await ordinary();
      const raw = adapter.queryRaw.bind(adapter);
      adapter.queryRaw = async (asked) => {
        const answer = await raw(asked);
        answer.columnNames.forEach((name, place) => {
          if (letters.has(name) && answer.columnTypes[place] === ColumnTypeEnum.Text) {
            answer.columnTypes[place] = ColumnTypeEnum.Character;
          }
        });
        return answer;
      };
      adapter.executeScript = async (script) => {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        try {
          await client.query(script);
        } catch (error) {
          adapter.onError(error);
        } finally {
          await client.end();
        }
      };
      return adapter;
    };
  }
  return factory;
}

const { bindMigrationAwareSqlAdapterFactory } = await load("@prisma/driver-adapter-utils");
const home = path.dirname(project.resolve("@prisma/schema-engine-wasm"));
const glue = await import(pathToFileURL(path.join(home, "schema_engine_bg.js")));
const module = await WebAssembly.compile(fs.readFileSync(path.join(home, "schema_engine_bg.wasm")));
const instance = await WebAssembly.instantiate(module, { "./schema_engine_bg.js": glue });
glue.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();
globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => process.stderr.write(`${message}\n`) };
process.on("unhandledRejection", (error) => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(101); // after a panic nothing would answer any more
});
const engine = await glue.SchemaEngine.new({}, () => {}, bindMigrationAwareSqlAdapterFactory(factory));

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", async (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === undefined) return; // the answer to a `print`
  const answer = { jsonrpc: "2.0", id };
  try {
    answer.result = (await engine[method](params)) ?? {};
    if (method === "diff" && answer.result.stdout) {
      const print = { jsonrpc: "2.0", id: 1_000_000 + id, method: "print", params: { content: answer.result.stdout } };
      process.stdout.write(`${JSON.stringify(print)}\n`);
    }
  } catch (error) {
    const message = error?.message ?? String(error);
    answer.error = { code: 4466, message, data: { is_panic: false, message, error_code: error?.code } };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
lines.on("close", () => process.exit(0));
