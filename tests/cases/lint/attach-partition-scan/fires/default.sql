-- schema: shop
-- at: regions_rest
ALTER TABLE regions ATTACH PARTITION asia FOR VALUES IN ('cn', 'jp');
