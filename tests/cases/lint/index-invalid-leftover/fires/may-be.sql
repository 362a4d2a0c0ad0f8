-- at: things.things_a
CREATE INDEX CONCURRENTLY IF NOT EXISTS things_a ON things (a);
