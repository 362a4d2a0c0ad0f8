-- expect: column public.orders.id
CREATE TABLE orders (id text PRIMARY KEY, at timestamptz NOT NULL, total numeric(10, 2), note text, note2 text);
