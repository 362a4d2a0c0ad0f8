-- expect: column public.orders.id
-- severity: warning
-- facts: {"sequences": {"public.orders_id_seq": {"last_value": 1200000000}}}
CREATE TABLE orders (id serial PRIMARY KEY, note text);
