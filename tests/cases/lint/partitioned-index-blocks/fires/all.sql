-- schema: shop
-- at: events.events_kind
CREATE INDEX events_kind ON events (kind);
