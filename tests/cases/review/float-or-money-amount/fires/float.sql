-- expect: column public.products.unit_price
-- severity: error
CREATE TABLE products (id bigint PRIMARY KEY, unit_price real NOT NULL DEFAULT 0, weight real);
