-- With a path of its own; bound when it was made; nobody else may call it; an invoker's.
CREATE TABLE notes (id bigint PRIMARY KEY);
CREATE FUNCTION a() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = '' AS
$$ SELECT count(*) FROM public.notes $$;
CREATE FUNCTION b() RETURNS bigint LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC SELECT count(*) FROM notes; END;
CREATE FUNCTION c() RETURNS bigint LANGUAGE sql SECURITY DEFINER RETURN (SELECT count(*) FROM notes);
CREATE FUNCTION d() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM notes $$;
REVOKE ALL ON FUNCTION d() FROM PUBLIC;
CREATE FUNCTION e() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM notes $$;
