CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE VIEW public.v AS SELECT id, a::text AS a FROM public.t;
CREATE FUNCTION public.rows_of_v() RETURNS SETOF public.v LANGUAGE sql STABLE AS $$ SELECT * FROM public.v $$;
