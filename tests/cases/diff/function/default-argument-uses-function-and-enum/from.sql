CREATE TYPE public.mode AS ENUM ('fast', 'slow');
CREATE FUNCTION public.now_utc() RETURNS timestamp LANGUAGE sql STABLE AS $$ SELECT now() AT TIME ZONE 'UTC' $$;
