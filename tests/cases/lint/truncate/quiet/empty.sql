-- schema: shop
-- facts: {"tables": {"public.log": {"rows": 0, "pages": 0, "heap_bytes": 0}}}
-- clean
TRUNCATE log;
