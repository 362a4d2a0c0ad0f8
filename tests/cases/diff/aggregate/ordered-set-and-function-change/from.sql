CREATE FUNCTION public.cat(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(a, '') || b $$;
CREATE AGGREGATE public.glue(text) (SFUNC = public.cat, STYPE = text);
