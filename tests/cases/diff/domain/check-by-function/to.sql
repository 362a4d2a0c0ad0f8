CREATE FUNCTION public.ok(t text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT btrim(t) <> '' $$;
CREATE DOMAIN public.d AS text CONSTRAINT is_ok CHECK (public.ok(VALUE));
