CREATE TABLE public.fact (id integer PRIMARY KEY, n integer, region text);
CREATE VIEW public.level1 AS SELECT id, n FROM public.fact;
CREATE VIEW public.level2 AS SELECT id, n * 2 AS twice FROM public.level1;
CREATE VIEW public.level3 AS SELECT sum(twice) AS total FROM public.level2;
