CREATE FUNCTION public.f() RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RETURN $$a$$ || $x$b$x$; END $f$;
