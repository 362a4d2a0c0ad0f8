-- varchar and text compare alike; a domain is its base type; a longer text holds every key.
CREATE DOMAIN order_number AS bigint CHECK (VALUE > 0);
CREATE TABLE a (id varchar(20) PRIMARY KEY);
CREATE TABLE b (id bigint PRIMARY KEY, a text REFERENCES a, a_too varchar(40) REFERENCES a);
CREATE TABLE c (id bigint PRIMARY KEY, b order_number REFERENCES b);
