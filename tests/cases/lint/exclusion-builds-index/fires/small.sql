-- schema: shop
-- facts: {"tables": {"public.log": {"rows": 10, "pages": 1, "heap_bytes": 8192}}}
-- severity: info
-- at: log.e
ALTER TABLE log ADD CONSTRAINT e EXCLUDE USING btree (at WITH =);
