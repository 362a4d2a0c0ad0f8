-- The second table has only what every product has.
-- expect: table public.product_dimensions
-- severity: info
CREATE TABLE products (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE product_dimensions (
    product_id bigint PRIMARY KEY REFERENCES products,
    width integer NOT NULL,
    height integer NOT NULL CHECK (height > 0)
);
