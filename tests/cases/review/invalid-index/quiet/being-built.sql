-- CREATE INDEX CONCURRENTLY is at work.
-- facts: {"indexes": {"public.orders_note_idx": {"building": true}}}
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX orders_note_idx ON orders (note);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_note_idx'::regclass;
