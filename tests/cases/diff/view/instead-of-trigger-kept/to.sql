CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE VIEW public.v AS SELECT a, id FROM public.t;
CREATE TRIGGER v_insert INSTEAD OF INSERT OR UPDATE ON public.v FOR EACH ROW EXECUTE FUNCTION public.f();
COMMENT ON TRIGGER v_insert ON public.v IS 'writes';
