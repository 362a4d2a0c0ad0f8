CREATE SEQUENCE public.s;
CREATE FUNCTION public.f(a bigint DEFAULT nextval('public.s')) RETURNS bigint LANGUAGE sql AS $$ SELECT a $$;
