CREATE PROCEDURE public.q(a integer) LANGUAGE sql AS $$ SELECT $$;
CREATE AGGREGATE public.total(numeric) (SFUNC = numeric_add, STYPE = numeric);
CREATE VIEW public.v AS SELECT public.total(x) AS s FROM (VALUES (1::numeric)) AS y (x);
