-- schema: shop
-- clean
BEGIN;
ALTER TABLE regions_rest ADD CONSTRAINT not_asia CHECK (region NOT IN ('cn', 'jp')) NOT VALID;
COMMIT;
ALTER TABLE regions_rest VALIDATE CONSTRAINT not_asia;
ALTER TABLE regions ATTACH PARTITION asia FOR VALUES IN ('cn', 'jp');
