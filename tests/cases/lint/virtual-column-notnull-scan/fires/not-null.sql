-- schema: shop
-- at: lines.twice
ALTER TABLE lines ADD COLUMN twice integer GENERATED ALWAYS AS (coalesce(amount, 0) * 2) VIRTUAL NOT NULL;
