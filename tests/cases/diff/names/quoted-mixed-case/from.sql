CREATE SCHEMA "My Schema";
CREATE TABLE "My Schema"."Order" ("Id" integer PRIMARY KEY, "user" integer, "it's ""odd""" text DEFAULT 'Don''t');
CREATE INDEX "Order ""user""" ON "My Schema"."Order" ("user");
