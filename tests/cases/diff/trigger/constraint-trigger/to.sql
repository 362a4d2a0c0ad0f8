CREATE TABLE public.entry (id integer PRIMARY KEY, debit numeric, credit numeric);
CREATE FUNCTION public.balanced() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER must_balance AFTER INSERT OR UPDATE ON public.entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.balanced();
