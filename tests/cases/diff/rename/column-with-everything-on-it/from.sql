CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE public.item (
    id integer PRIMARY KEY, price integer NOT NULL DEFAULT 1 CONSTRAINT item_price_check CHECK (price > 0),
    gross integer GENERATED ALWAYS AS (price * 2) STORED
);
CREATE INDEX item_price_idx ON public.item (price) WHERE price > 5;
CREATE TRIGGER item_f AFTER UPDATE OF price ON public.item FOR EACH ROW WHEN (NEW.price > 3) EXECUTE FUNCTION public.f();
CREATE POLICY cheap ON public.item USING (price < 100);
CREATE STATISTICS public.item_st ON price, gross FROM public.item;
GRANT SELECT (price) ON public.item TO corpus_reader;
COMMENT ON COLUMN public.item.price IS 'in cents';
