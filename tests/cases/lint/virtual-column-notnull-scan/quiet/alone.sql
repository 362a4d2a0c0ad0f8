-- schema: shop
-- clean
ALTER TABLE lines ADD COLUMN twice integer GENERATED ALWAYS AS (amount * 2) VIRTUAL;
