-- expect: function public.f()
-- severity: info
CREATE TABLE notes (id bigint PRIMARY KEY);
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM notes $$;
