-- schema: shop
-- at: events
CREATE TABLE may PARTITION OF events FOR VALUES FROM ('2024-05-01') TO ('2024-06-01');
