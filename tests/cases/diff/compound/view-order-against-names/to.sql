CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE VIEW public.z AS SELECT id, n FROM public.t;
CREATE VIEW public.y AS SELECT id, n FROM public.z;
CREATE VIEW public.x AS SELECT id, n FROM public.y;
CREATE FUNCTION public.w(integer) RETURNS bigint LANGUAGE sql STABLE RETURN (SELECT count(*) FROM public.x WHERE id = $1);
CREATE TABLE public.a (id integer PRIMARY KEY, w bigint DEFAULT public.w(5));
CREATE VIEW public."A" AS SELECT w FROM public.a UNION ALL SELECT public.w(3);
