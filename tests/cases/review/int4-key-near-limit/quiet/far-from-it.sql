-- facts: {"sequences": {"public.orders_id_seq": {"last_value": 900000000}, "public.wide_id_seq": {"last_value": 900000000000}}}
CREATE TABLE orders (id serial PRIMARY KEY);
CREATE TABLE wide (id bigserial PRIMARY KEY);
