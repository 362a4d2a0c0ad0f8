CREATE TABLE orders (order_id bigint PRIMARY KEY, id text);
