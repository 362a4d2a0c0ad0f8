CREATE FUNCTION public.cat(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT concat(a, b) $$;
CREATE AGGREGATE public.glue(text) (SFUNC = public.cat, STYPE = text, PARALLEL = SAFE);
