CREATE SCHEMA "Ωmega";
CREATE TABLE "Ωmega"."äöü" ("straße" integer PRIMARY KEY, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" integer);
