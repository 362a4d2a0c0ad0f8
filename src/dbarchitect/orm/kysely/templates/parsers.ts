
import { CompiledQuery, type DatabaseConnection } from "kysely";
import pg from "pg";

type Parser = (value: string) => unknown;

const asText: Parser = (value) => value;
__EXTRA__// The driver's own parser of text[], which takes any array of texts apart.
const textArray: number = 1009;
const texts = pg.types.getTypeParser(textArray) as Parser;

function each(parse: Parser): Parser {
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(inner);
    }
    return typeof value === "string" ? parse(value) : value;
  };
  return (value) => inner(texts(value));
}

// Numbers that a double would round stay exact; what a Date would shift by the
// zone of this process stays text. The numbers are those of PostgreSQL's own
// types, which never change (select oid, typname from pg_type).
const exact: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [20, BigInt], // bigint
  [1016, each(BigInt)],
  [1231, each(asText)], // numeric[]; numeric is text anyway
  [1082, asText], // date
  [1182, each(asText)],
  [1114, asText], // timestamp without time zone
  [1115, each(asText)],
  [1186, asText], // interval
  [1187, each(asText)],
  [600, asText], // point
  [1017, each(asText)],
  [718, asText], // circle
  [1002, each(asText)], // "char"[]
  [1003, each(asText)], // name[]
]);

// Arrays of types that get their numbers when they are made.
const arrays: readonly (readonly [type: string, element: Parser])[] = __ARRAYS__;

/** Parsers for one pool; `learn` asks a new connection for the arrays above. */
export function createParsers(): {
  types: pg.CustomTypesConfig;
  learn: (connection: DatabaseConnection) => Promise<void>;
} {
  const known = new Map(exact);
  let complete = arrays.length === 0;
  return {
    types: {
      getTypeParser: ((oid: number, format?: "text" | "binary") =>
        (format !== "binary" && known.get(oid)) ||
        pg.types.getTypeParser(
          oid,
          format as "text",
        )) as typeof pg.types.getTypeParser,
    },
    async learn(connection) {
      if (complete) {
        return;
      }
      const { rows } = await connection.executeQuery<{
        place: number;
        oid: number | null;
      }>(
        CompiledQuery.raw(
          "select place::int4, to_regtype(name)::oid as oid from unnest($1::text[]) with ordinality as t (name, place)",
          [arrays.map(([name]) => name)],
        ),
      );
      for (const { place, oid } of rows) {
        const array = arrays[place - 1];
        if (oid !== null && array !== undefined) {
          known.set(oid, each(array[1]));
        }
      }
      complete = rows.every(({ oid }) => oid !== null);
    },
  };
}
