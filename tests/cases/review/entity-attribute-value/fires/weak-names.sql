-- expect: table public.product_details
-- severity: info
CREATE TABLE products (id bigint PRIMARY KEY);
CREATE TABLE product_details (id bigint PRIMARY KEY, product_id bigint NOT NULL REFERENCES products, name text, value text);
