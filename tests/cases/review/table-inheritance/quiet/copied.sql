-- LIKE copies columns once and inherits nothing.
CREATE TABLE vehicles (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE cars (LIKE vehicles INCLUDING ALL, doors integer);
