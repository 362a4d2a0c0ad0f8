-- roles: anon
-- expect: table public.customers
-- severity: error
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, date_of_birth date, made timestamptz NOT NULL);
GRANT SELECT, INSERT ON customers TO anon;
