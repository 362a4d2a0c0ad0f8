CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, email text);
CREATE UNIQUE INDEX ON customers (lower(email));
CREATE TABLE codes (code text PRIMARY KEY, name text);
CREATE TABLE profiles (id bigint PRIMARY KEY REFERENCES customers, name text);
