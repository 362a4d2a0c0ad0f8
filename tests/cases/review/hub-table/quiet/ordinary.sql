CREATE TABLE orders (id bigint PRIMARY KEY, name text, at timestamptz);
CREATE TABLE a (id bigint PRIMARY KEY, o bigint REFERENCES orders);
CREATE TABLE b (id bigint PRIMARY KEY, o bigint REFERENCES orders);
CREATE TABLE c (id bigint PRIMARY KEY, o bigint REFERENCES orders, b bigint REFERENCES b);
CREATE TABLE d (id bigint PRIMARY KEY, o bigint REFERENCES orders, a bigint REFERENCES a);
CREATE TABLE e (id bigint PRIMARY KEY, d bigint REFERENCES d, c bigint REFERENCES c);
