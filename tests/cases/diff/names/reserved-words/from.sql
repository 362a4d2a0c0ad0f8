CREATE SCHEMA "table";
CREATE TABLE "table"."select" ("from" integer PRIMARY KEY, "where" integer);
