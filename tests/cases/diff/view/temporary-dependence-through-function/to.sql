CREATE TABLE public.t (id integer PRIMARY KEY, n bigint, extra text);
CREATE FUNCTION public.all_t() RETURNS SETOF public.t LANGUAGE sql STABLE AS $$ SELECT * FROM public.t $$;
CREATE VIEW public.v AS SELECT id, n, extra FROM public.all_t();
