CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE FUNCTION public.twice(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a * 2 $$;
CREATE VIEW public.v AS SELECT id, public.twice(a) AS d FROM public.t;
CREATE VIEW public.w AS SELECT sum(d) AS s FROM public.v;
