-- schema: shop
-- at: lines.n
ALTER TABLE lines ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY;
