CREATE TABLE public.page (id integer PRIMARY KEY, body text, touched timestamptz);
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := now(); RETURN NEW; END $$;
CREATE TRIGGER page_touch BEFORE UPDATE ON public.page FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TRIGGER page_gone AFTER DELETE ON public.page FOR EACH STATEMENT EXECUTE FUNCTION public.touch();
