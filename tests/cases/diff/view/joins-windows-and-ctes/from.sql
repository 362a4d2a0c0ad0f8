CREATE TABLE public.t (id integer PRIMARY KEY, g text, n numeric, at timestamptz);
CREATE VIEW public.v AS SELECT DISTINCT ON (g) g, n, at FROM public.t ORDER BY g, at DESC;
