-- expect: column public.orders.id
-- severity: warning
CREATE TABLE orders (id serial PRIMARY KEY, total numeric);
ALTER SEQUENCE orders_id_seq CYCLE;
