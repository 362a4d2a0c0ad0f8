CREATE FUNCTION public.add(s bigint, v integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(s, 0) + coalesce(v, 0) $$;
CREATE FUNCTION public.sub(s bigint, v integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(s, 0) - coalesce(v, 0) $$;
CREATE AGGREGATE public.total(integer) (SFUNC = public.add, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE public.gone(integer) (SFUNC = public.add, STYPE = bigint);
