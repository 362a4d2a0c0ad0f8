CREATE FUNCTION public.time_diff(a time, b time) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT extract(epoch FROM a - b)::float8 $$;
CREATE TYPE public.time_range AS RANGE (subtype = time, subtype_diff = public.time_diff);
COMMENT ON TYPE public.time_range IS 'opening hours';
ALTER TYPE public.time_range OWNER TO corpus_writer;
