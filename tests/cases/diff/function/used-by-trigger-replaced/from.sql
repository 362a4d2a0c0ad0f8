CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE FUNCTION public.old_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.old_touch();
