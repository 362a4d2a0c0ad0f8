-- expect: table public.ships
-- severity: info
CREATE TABLE users (id bigint PRIMARY KEY, name text, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users, total numeric);
CREATE TABLE ships (id bigint PRIMARY KEY, name text, harbour text, launched date, length numeric);
