-- schema: shop
-- at: events.events_kind
CREATE INDEX CONCURRENTLY events_kind ON events (kind);
