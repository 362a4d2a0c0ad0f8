CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE VIEW public.v AS SELECT id, a FROM public.t;
CREATE TRIGGER v_insert INSTEAD OF INSERT ON public.v FOR EACH ROW EXECUTE FUNCTION public.f();
COMMENT ON TRIGGER v_insert ON public.v IS 'writes';
