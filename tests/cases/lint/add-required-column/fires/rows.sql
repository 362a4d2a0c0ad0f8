-- schema: shop
-- facts: {"tables": {"public.orders": {"rows": 1000, "pages": 10, "heap_bytes": 81920}}}
-- at: orders.a
-- says: has 1,000 rows
ALTER TABLE orders ADD COLUMN a integer NOT NULL;
