-- expect: database
CREATE TABLE a (id bigint PRIMARY KEY, price numeric, fee numeric, quantity integer, cost numeric(6,2));
CREATE TABLE b (id bigint PRIMARY KEY, price numeric, fee integer, quantity integer CHECK (quantity > 0));
