-- schema: shop
-- at: march
ALTER TABLE events ATTACH PARTITION march FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
