-- schema: shop
-- severity: info
-- at: regions
ALTER TABLE regions DETACH PARTITION regions_eu;
