-- expect: column public.orders.id
-- severity: info
-- facts: {"sequences": {"public.orders_id_seq": {"last_value": 41}}}
CREATE TABLE orders (id serial PRIMARY KEY, note text);
