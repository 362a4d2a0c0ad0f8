-- schema: shop
-- at: lines.sku
CREATE INDEX CONCURRENTLY lines_sku ON lines (lower(sku));
ALTER TABLE lines ALTER COLUMN sku TYPE varchar;
