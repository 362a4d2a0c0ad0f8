-- expect: index public.orders.orders_note_idx_ccnew
-- one-way: what comes back is a valid index
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX orders_note_idx ON orders (note);
CREATE INDEX orders_note_idx_ccnew ON orders (note);
UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = 'orders_note_idx_ccnew'::regclass;
