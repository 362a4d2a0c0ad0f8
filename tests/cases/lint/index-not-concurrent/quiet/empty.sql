-- schema: shop
-- facts: {"tables": {"public.orders": {"rows": 0, "pages": 0, "heap_bytes": 0}}}
CREATE INDEX orders_total ON orders (total);
