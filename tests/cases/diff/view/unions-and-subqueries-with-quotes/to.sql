CREATE TABLE public."T 1" ("a b" integer, "select" text);
CREATE TABLE public.t2 (x integer, y text);
CREATE VIEW public."V ""1""" AS SELECT "a b", "select" FROM public."T 1" WHERE "select" <> 'it''s' UNION ALL (SELECT x, y FROM public.t2 EXCEPT SELECT 1, 'x') ORDER BY 1 LIMIT 5;
