-- schema: shop
-- at: lines.twice
ALTER TABLE lines ADD COLUMN twice integer GENERATED ALWAYS AS (amount * 2) STORED;
