-- schema: shop
CREATE INDEX CONCURRENTLY ON events_1 (kind);
CREATE INDEX CONCURRENTLY ON events_2 (kind);
CREATE INDEX events_kind ON events (kind);
