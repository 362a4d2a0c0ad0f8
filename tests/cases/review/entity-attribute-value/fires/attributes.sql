-- expect: table public.product_attributes
-- severity: warning
CREATE TABLE products (id bigint PRIMARY KEY);
CREATE TABLE product_attributes (
    product_id bigint REFERENCES products, attribute_name text, value text, PRIMARY KEY (product_id, attribute_name)
);
