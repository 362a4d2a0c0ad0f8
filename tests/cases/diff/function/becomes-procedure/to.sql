CREATE PROCEDURE public.f(a integer) LANGUAGE sql AS $$ SELECT $$;
