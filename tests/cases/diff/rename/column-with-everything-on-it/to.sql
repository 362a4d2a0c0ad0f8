CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE public.item (
    id integer PRIMARY KEY, net_price integer NOT NULL DEFAULT 1 CONSTRAINT item_price_check CHECK (net_price > 0),
    gross integer GENERATED ALWAYS AS (net_price * 2) STORED
);
CREATE INDEX item_price_idx ON public.item (net_price) WHERE net_price > 5;
CREATE TRIGGER item_f AFTER UPDATE OF net_price ON public.item FOR EACH ROW WHEN (NEW.net_price > 3) EXECUTE FUNCTION public.f();
CREATE POLICY cheap ON public.item USING (net_price < 100);
CREATE STATISTICS public.item_st ON net_price, gross FROM public.item;
GRANT SELECT (net_price) ON public.item TO corpus_reader;
COMMENT ON COLUMN public.item.net_price IS 'in cents';
