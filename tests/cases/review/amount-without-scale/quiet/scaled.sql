CREATE DOMAIN amount AS numeric(12, 2);
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12, 2), fee amount, weight numeric, score numeric, cents bigint);
