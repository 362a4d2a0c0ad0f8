-- expect: database
CREATE TABLE users (id bigint PRIMARY KEY, name text, email text, phone text, notes text);
CREATE TABLE plans (id bigint PRIMARY KEY, name text, price numeric, phone text, notes text);
