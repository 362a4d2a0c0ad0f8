CREATE DOMAIN amount AS numeric(12,2) CHECK (VALUE >= 0);
CREATE TABLE items (
    id bigint PRIMARY KEY, price amount, fee numeric CHECK (fee >= 0), quantity integer NOT NULL CHECK (quantity > 0),
    cost_center_id integer, price_list text
);
