CREATE SCHEMA "table";
CREATE TABLE "table"."select" ("from" integer PRIMARY KEY, "where" bigint CONSTRAINT "check" CHECK ("where" > 0), "order" integer, "user" text DEFAULT 'group');
CREATE INDEX "index" ON "table"."select" ("order" DESC);
CREATE FUNCTION "table"."function"("in" integer, "end" text) RETURNS integer LANGUAGE sql AS $$ SELECT "in" $$;
CREATE TYPE "table"."enum" AS ENUM ('select', 'from');
CREATE POLICY "using" ON "table"."select" USING ("from" > 0);
GRANT SELECT ("order") ON "table"."select" TO "Corpus Reader";
