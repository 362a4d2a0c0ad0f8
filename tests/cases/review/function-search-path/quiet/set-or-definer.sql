CREATE TABLE notes (id bigint PRIMARY KEY);
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SET search_path = public, pg_temp AS $$ SELECT count(*) FROM notes $$;
CREATE FUNCTION g() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM notes $$;
