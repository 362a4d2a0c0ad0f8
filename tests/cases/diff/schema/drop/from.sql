CREATE SCHEMA legacy;
CREATE VIEW legacy.one AS SELECT 1 AS n;
CREATE FUNCTION legacy.two() RETURNS integer LANGUAGE sql AS $$ SELECT 2 $$;
CREATE TYPE legacy.three AS ENUM ('a');
CREATE TABLE public.t (id integer PRIMARY KEY);
