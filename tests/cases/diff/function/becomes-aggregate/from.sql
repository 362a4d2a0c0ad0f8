CREATE TABLE public.t (n numeric);
CREATE FUNCTION public.total(numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT $1 $$;
