-- expect: schema Sales
-- expect: schema public
CREATE SCHEMA "Sales";
CREATE TABLE "Sales"."order details" (id bigint PRIMARY KEY, "the ""price""" numeric(10, 2), "2nd" text);
CREATE FUNCTION "doIt"(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
