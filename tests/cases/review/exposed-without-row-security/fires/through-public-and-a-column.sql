-- A configured role reads by a column, a second table through PUBLIC; names that need quotes.
-- roles: kiosk "user"
-- exposed: kiosk "user"
-- expect: table Shop.Price List
-- expect: table public.orders
-- severity: error
-- severity: error
CREATE SCHEMA "Shop";
GRANT USAGE ON SCHEMA "Shop" TO "kiosk ""user""";
CREATE TABLE "Shop"."Price List" ("Item No" int PRIMARY KEY, "select" text NOT NULL, cost numeric, made timestamptz);
GRANT SELECT ("Item No", "select") ON "Shop"."Price List" TO "kiosk ""user""";
CREATE TABLE orders (id int PRIMARY KEY, buyer text NOT NULL, made timestamptz NOT NULL);
GRANT SELECT, DELETE ON orders TO PUBLIC;
