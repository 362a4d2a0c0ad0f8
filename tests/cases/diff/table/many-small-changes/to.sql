CREATE TABLE public.product (
    id integer PRIMARY KEY, name varchar(120) NOT NULL, stock integer DEFAULT 0 NOT NULL,
    price numeric(12,2) CONSTRAINT price_positive CHECK (price >= 0), ean text UNIQUE, added timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX product_name_idx ON public.product (name varchar_pattern_ops);
COMMENT ON TABLE public.product IS 'for sale';
