-- A function would not follow a rename, so none is given; another schema's table is renamed.
-- expect: table public.user
-- expect: table shop.table
CREATE TABLE "user" (id bigint PRIMARY KEY, name text);
CREATE FUNCTION people() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public."user"';
CREATE SCHEMA shop;
CREATE TABLE shop."table" (id bigint PRIMARY KEY, name text);
