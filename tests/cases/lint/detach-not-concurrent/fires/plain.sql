-- schema: shop
-- at: events
ALTER TABLE events DETACH PARTITION events_1;
