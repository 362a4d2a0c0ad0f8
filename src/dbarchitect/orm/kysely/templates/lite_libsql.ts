import {
  type Client,
  type Config,
  createClient,
  type InValue,
  type Transaction,
} from "@libsql/client";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";

/** Kysely over libSQL's client, for a file (file:app.db) and for a server. */
export class LibsqlDialect implements Dialect {
  readonly #config: Config;
  readonly #foreignKeys: boolean;

  constructor(config: Config, { foreignKeys }: { foreignKeys: boolean }) {
    this.#config = config;
    this.#foreignKeys = foreignKeys;
  }

  createAdapter(): SqliteAdapter {
    return new SqliteAdapter();
  }

  createDriver(): Driver {
    return new LibsqlDriver(createClient(this.#config), this.#foreignKeys);
  }

  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }
}

class LibsqlDriver implements Driver {
  readonly #client: Client;
  readonly #foreignKeys: boolean;

  constructor(client: Client, foreignKeys: boolean) {
    this.#client = client;
    this.#foreignKeys = foreignKeys;
  }

  async init(): Promise<void> {
    if (this.#client.protocol === "file") {
      // Kept in the file: reading and writing do not stop each other.
      await this.#client.execute("PRAGMA journal_mode = WAL");
    }
  }

  acquireConnection(): Promise<LibsqlConnection> {
    return Promise.resolve(new LibsqlConnection(this.#client));
  }

  async beginTransaction(connection: LibsqlConnection): Promise<void> {
    if (this.#client.protocol === "file") {
      // The client hands this connection to the transaction, and opens another.
      const wanted = this.#foreignKeys ? "ON" : "OFF";
      await this.#client.execute(`PRAGMA foreign_keys = ${wanted}`);
    }
    await connection.begin();
  }

  async commitTransaction(connection: LibsqlConnection): Promise<void> {
    await connection.commit();
  }

  async rollbackTransaction(connection: LibsqlConnection): Promise<void> {
    await connection.rollback();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#client.close();
  }
}

class LibsqlConnection implements DatabaseConnection {
  readonly #client: Client;
  #transaction: Transaction | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const on = this.#transaction ?? this.#client;
    const found = await on.execute({
      sql: query.sql,
      args: query.parameters as InValue[],
    });
    const insertId = found.lastInsertRowid;
    return {
      ...(insertId === undefined ? {} : { insertId }),
      numAffectedRows: BigInt(found.rowsAffected),
      // Rows have their columns by number too, which no row of Kysely has.
      rows: found.rows.map((row) =>
        Object.fromEntries(found.columns.map((name, at) => [name, row[at]])),
      ) as R[],
    };
  }

  // eslint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("libSQL's client has no streams");
  }

  async begin(): Promise<void> {
    this.#transaction = await this.#client.transaction("write");
  }

  async commit(): Promise<void> {
    await this.#transaction?.commit();
    this.#transaction = undefined;
  }

  async rollback(): Promise<void> {
    await this.#transaction?.rollback();
    this.#transaction = undefined;
  }
}
