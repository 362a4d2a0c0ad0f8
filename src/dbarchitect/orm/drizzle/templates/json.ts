export type JsonValue =
  string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * What the json and jsonb columns hold: give a column its type here, and
 * schema.ts takes it from here.
{{columns}} */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface JsonColumns {}

export type JsonOf<Key extends string> = Key extends keyof JsonColumns
  ? JsonColumns[Key]
  : JsonValue;
