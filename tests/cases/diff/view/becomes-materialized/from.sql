CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE VIEW public.v AS SELECT a, count(*) AS n FROM public.t GROUP BY a;
CREATE VIEW public.w AS SELECT a FROM public.v WHERE n > 1;
