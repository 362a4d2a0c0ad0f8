CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE TRIGGER tr AFTER UPDATE OF a, b ON public.t FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION public.f();
