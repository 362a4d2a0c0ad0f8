CREATE TABLE drugs (id bigint PRIMARY KEY, amount float8, amount_unit text);
