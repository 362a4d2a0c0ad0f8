CREATE TABLE notes (id bigint PRIMARY KEY);
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM public.notes $$;
CREATE FUNCTION g(a int) RETURNS int LANGUAGE sql AS $$ SELECT a + 1 $$;
