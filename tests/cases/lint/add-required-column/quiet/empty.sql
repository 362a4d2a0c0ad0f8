-- schema: shop
-- facts: {"tables": {"public.orders": {"rows": 0, "pages": 0, "heap_bytes": 0}}}
-- clean
ALTER TABLE orders ADD COLUMN a integer NOT NULL;
