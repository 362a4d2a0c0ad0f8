-- expect: database
CREATE DOMAIN amount AS numeric;
CREATE TABLE orders (id bigint PRIMARY KEY, "Net price" numeric NOT NULL, fee amount, deposit numeric(12, 2));
