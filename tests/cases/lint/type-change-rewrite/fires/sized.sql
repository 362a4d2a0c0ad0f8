-- schema: shop
-- facts: {"tables": {"public.lines": {"rows": 500000000, "pages": 5000000, "heap_bytes": 41000000000, "total_bytes": 44000000000}}}
-- at: lines.amount
-- says: takes ACCESS EXCLUSIVE on lines, 41 GB, for a rewrite of about 15 minutes
ALTER TABLE lines ALTER COLUMN amount TYPE bigint;
