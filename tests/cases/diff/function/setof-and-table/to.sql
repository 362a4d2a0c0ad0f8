CREATE TABLE public.t (id integer PRIMARY KEY, a text);
CREATE FUNCTION public.f() RETURNS SETOF public.t LANGUAGE sql STABLE ROWS 500 AS $$ SELECT * FROM public.t ORDER BY id $$;
CREATE FUNCTION public.g() RETURNS TABLE (id integer, a text) LANGUAGE sql STABLE AS $$ SELECT id, a FROM public.t $$;
