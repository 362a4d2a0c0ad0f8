-- expect: constraint public.orders.orders_user_fkey
CREATE TABLE users (id bigint PRIMARY KEY, "Name" text NOT NULL UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, "user" text NOT NULL REFERENCES users ("Name"));
