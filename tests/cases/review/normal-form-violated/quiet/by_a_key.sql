-- What determines the others is a key: the primary one, a unique one, or one by the other dependency.
-- facts: {"dependencies": {"public.products": [{"table": "public.products", "left": ["sku"], "right": ["name", "price"]}, {"table": "public.products", "left": ["barcode"], "right": ["sku"]}]}}
CREATE TABLE products (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku text NOT NULL UNIQUE,
    barcode text,
    name text NOT NULL,
    price numeric(10, 2)
);
