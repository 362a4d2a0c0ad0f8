CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE FUNCTION public.f1(a integer) RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT a::numeric $$;
CREATE VIEW public.v1 AS SELECT id, public.f1(n) AS n FROM public.t;
CREATE FUNCTION public.f2() RETURNS SETOF public.v1 LANGUAGE sql STABLE AS $$ SELECT * FROM public.v1 $$;
CREATE VIEW public.v2 AS SELECT id, n FROM public.f2();
CREATE FUNCTION public.f3(r public.v2) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT (r).n $$;
CREATE VIEW public.v3 AS SELECT public.f3(v) AS x FROM public.v2 v;
