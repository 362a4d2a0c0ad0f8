-- expect: function shop.p(integer)
CREATE SCHEMA shop;
CREATE TABLE shop."Order" (id bigint PRIMARY KEY);
CREATE PROCEDURE shop.p(a integer) LANGUAGE plpgsql AS $$ BEGIN INSERT INTO "Order" VALUES (a); END $$;
