-- schema: shop
-- at: lines.amount
ALTER TABLE lines ALTER COLUMN amount TYPE bigint;
