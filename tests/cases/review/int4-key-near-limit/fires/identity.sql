-- expect: column public.orders.id
-- severity: error
-- facts: {"sequences": {"public.orders_id_seq": {"last_value": 1900000000}}}
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
CREATE TABLE items (id bigint PRIMARY KEY, order_id int NOT NULL REFERENCES orders);
