-- schema: shop
-- facts: {"tables": {"public.orders": {"rows": 500000000, "pages": 5000000, "heap_bytes": 41000000000}}}
-- at: orders.small
-- says: takes ACCESS EXCLUSIVE on orders, 38 GB, for a scan of about 82 s
ALTER TABLE orders ADD CONSTRAINT small CHECK (total < 1000000);
