-- expect: constraint public.orders.orders_note_given
-- expect: constraint public.orders.orders_total_check
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric, note text);
ALTER TABLE orders ADD CHECK (total > 0) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT orders_note_given NOT NULL note NOT VALID;
