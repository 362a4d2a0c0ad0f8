-- expect: table public.users
-- severity: info
CREATE TABLE users (id bigint PRIMARY KEY, name text, email text, phone text, notes jsonb);
CREATE TABLE orders (id bigint PRIMARY KEY, "createdAt" timestamptz, total numeric, note text, "state" text);
