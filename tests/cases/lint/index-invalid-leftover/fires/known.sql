-- at: broken.broken_a
CREATE INDEX CONCURRENTLY IF NOT EXISTS broken_a ON broken (a);
