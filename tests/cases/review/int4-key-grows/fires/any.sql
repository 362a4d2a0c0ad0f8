-- expect: column public.orders.id
-- severity: info
CREATE TABLE orders (id serial PRIMARY KEY, who text, what text, at timestamptz);
