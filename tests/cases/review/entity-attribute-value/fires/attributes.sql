-- The attributes are listed in a table of their own; nothing keeps an entity from having one twice.
-- expect: table public.person_properties
-- expect: table public.product_attributes
-- severity: warning
-- severity: warning
CREATE TABLE products (id bigint PRIMARY KEY);
CREATE TABLE attributes (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE product_attributes (
    product_id bigint REFERENCES products, attribute_id bigint REFERENCES attributes, value text,
    PRIMARY KEY (product_id, attribute_id)
);
CREATE TABLE person_properties (
    id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES products, property_name text, property_value text
);
