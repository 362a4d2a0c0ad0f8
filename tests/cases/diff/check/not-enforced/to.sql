CREATE TABLE public.item (id integer PRIMARY KEY, price numeric, CONSTRAINT item_price_positive CHECK (price > 0) NOT ENFORCED);
