CREATE TABLE public.fact (id integer PRIMARY KEY, n integer, region text);
CREATE VIEW public.level1 AS SELECT id, n::bigint AS n, region FROM public.fact;
CREATE VIEW public.level2 AS SELECT id, n * 2 AS twice, region FROM public.level1;
CREATE VIEW public.level3 AS SELECT region, sum(twice) AS total FROM public.level2 GROUP BY region;
