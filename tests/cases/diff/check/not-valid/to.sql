CREATE TABLE public.item (id integer PRIMARY KEY, price numeric);
ALTER TABLE public.item ADD CONSTRAINT item_price_positive CHECK (price > 0) NOT VALID;
