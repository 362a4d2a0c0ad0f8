CREATE TABLE public.t (id integer PRIMARY KEY, a text);
CREATE FUNCTION public.f() RETURNS SETOF public.t LANGUAGE sql STABLE ROWS 10 AS $$ SELECT * FROM public.t $$;
CREATE FUNCTION public.g() RETURNS TABLE (id integer) LANGUAGE sql STABLE AS $$ SELECT id FROM public.t $$;
