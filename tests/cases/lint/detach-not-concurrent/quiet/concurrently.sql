-- schema: shop
-- clean
ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
