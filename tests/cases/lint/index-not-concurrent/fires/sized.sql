-- schema: shop
-- facts: {"tables": {"public.orders": {"rows": 500000000, "pages": 5000000, "heap_bytes": 41000000000}}}
-- at: orders.orders_total
-- says: 38 GB, for an index build of about 7 minutes
CREATE UNIQUE INDEX orders_total ON orders (total, note) INCLUDE (state);
