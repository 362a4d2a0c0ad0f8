CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE FUNCTION public.all_t() RETURNS SETOF public.t LANGUAGE sql STABLE AS $$ SELECT * FROM public.t $$;
CREATE VIEW public.v AS SELECT id, n FROM public.all_t();
