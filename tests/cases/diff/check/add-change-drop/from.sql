CREATE TABLE public.item (
    id integer PRIMARY KEY, price numeric, stock integer, size integer,
    CONSTRAINT item_stock_check CHECK (stock >= 0),
    CONSTRAINT item_size_check CHECK (size BETWEEN 1 AND 9)
);
