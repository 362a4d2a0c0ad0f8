-- dba: step 1: add column orders.a
ALTER TABLE orders ADD COLUMN a integer;
