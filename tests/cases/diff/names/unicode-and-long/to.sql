CREATE SCHEMA "Ωmega";
CREATE TABLE "Ωmega"."äöü" (
    "straße" integer PRIMARY KEY, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" bigint NOT NULL UNIQUE,
    "日本語" text CHECK ("日本語" <> ''), "emoji 🎉" boolean DEFAULT false
);
CREATE INDEX ON "Ωmega"."äöü" ("日本語", "emoji 🎉");
CREATE VIEW "Ωmega"."Вид" AS SELECT "straße" AS "Stra'ße" FROM "Ωmega"."äöü";
