CREATE PROCEDURE public.p(a integer) LANGUAGE sql AS $$ SELECT $$;
CREATE AGGREGATE public.agg(numeric) (SFUNC = numeric_add, STYPE = numeric);
CREATE VIEW public.v AS SELECT public.agg(x) AS s FROM (VALUES (1::numeric)) AS y (x);
