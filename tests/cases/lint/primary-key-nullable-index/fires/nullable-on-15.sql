-- schema: shop
-- pg: 15
-- at: lines.sku
CREATE UNIQUE INDEX CONCURRENTLY lines_sku ON lines (sku);
ALTER TABLE lines ADD CONSTRAINT lines_sku PRIMARY KEY USING INDEX lines_sku;
