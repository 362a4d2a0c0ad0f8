-- expect: column public.orders.created_at
-- expect: column public.users.createdAt
-- severity: warning
-- severity: info
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL, created_at timestamptz);
CREATE TABLE users (id bigint PRIMARY KEY, name text, "createdAt" timestamp NOT NULL);
CREATE TABLE shops (id bigint PRIMARY KEY, name text, created_on date NOT NULL DEFAULT current_date);
