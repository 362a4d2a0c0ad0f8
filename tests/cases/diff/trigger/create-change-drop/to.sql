CREATE TABLE public.page (id integer PRIMARY KEY, body text, touched timestamptz);
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := now(); RETURN NEW; END $$;
CREATE TRIGGER page_touch BEFORE INSERT OR UPDATE OF body ON public.page FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TRIGGER page_new AFTER INSERT ON public.page FOR EACH ROW WHEN (NEW.body IS NOT NULL) EXECUTE FUNCTION public.touch();
