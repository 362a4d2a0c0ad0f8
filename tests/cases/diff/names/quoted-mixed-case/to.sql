CREATE SCHEMA "My Schema";
CREATE TABLE "My Schema"."Order" (
    "Id" bigint PRIMARY KEY, "user" integer NOT NULL, "it's ""odd""" text DEFAULT 'Do', "select" text, "Ünïcode ✓" integer,
    CONSTRAINT "Check £" CHECK ("user" > 0)
);
CREATE INDEX "Order ""user""" ON "My Schema"."Order" ("user", "Id");
COMMENT ON COLUMN "My Schema"."Order"."Ünïcode ✓" IS 'ü';
