CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE FUNCTION public.n_of(p integer) RETURNS bigint LANGUAGE sql STABLE RETURN (SELECT n FROM public.t WHERE id = p);
CREATE VIEW public.v AS SELECT id, public.n_of(id) AS n FROM public.t;
