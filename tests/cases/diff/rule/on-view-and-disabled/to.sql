CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE VIEW public.v AS SELECT id, a FROM public.t;
CREATE RULE r1 AS ON INSERT TO public.t DO ALSO NOTHING;
ALTER TABLE public.t DISABLE RULE r1;
CREATE RULE v_ins AS ON INSERT TO public.v DO INSTEAD INSERT INTO public.t VALUES (NEW.id, NEW.a) RETURNING t.id, t.a;
CREATE RULE v_upd AS ON UPDATE TO public.v DO INSTEAD (UPDATE public.t SET a = NEW.a WHERE t.id = OLD.id; NOTIFY changed);
COMMENT ON RULE v_ins ON public.v IS 'through';
