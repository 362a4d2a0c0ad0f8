-- schema: shop
-- clean
CREATE INDEX events_kind ON ONLY events (kind);
CREATE INDEX CONCURRENTLY events_1_kind ON events_1 (kind);
CREATE INDEX CONCURRENTLY events_2_kind ON events_2 (kind);
ALTER INDEX events_kind ATTACH PARTITION events_1_kind;
ALTER INDEX events_kind ATTACH PARTITION events_2_kind;
