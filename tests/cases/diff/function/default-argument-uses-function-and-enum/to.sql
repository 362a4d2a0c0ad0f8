CREATE TYPE public.mode AS ENUM ('fast', 'slow');
CREATE FUNCTION public.now_utc() RETURNS timestamp LANGUAGE sql STABLE AS $$ SELECT now() AT TIME ZONE 'UTC' $$;
CREATE FUNCTION public.run(m public.mode DEFAULT 'fast', at timestamp DEFAULT public.now_utc()) RETURNS void LANGUAGE sql AS $$ SELECT $$;
