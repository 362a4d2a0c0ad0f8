CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE VIEW public.v AS SELECT id FROM public.t WHERE a > 0;
CREATE RULE v_delete AS ON DELETE TO public.v DO INSTEAD DELETE FROM public.t WHERE t.id = OLD.id;
