-- schema: shop
-- clean
ALTER TABLE events ATTACH PARTITION april FOR VALUES FROM ('2024-04-01') TO ('2024-05-01');
