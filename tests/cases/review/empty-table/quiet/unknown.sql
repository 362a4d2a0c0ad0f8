-- Nothing is known about this table.
-- facts: {"taken_at": "2026-03-01T00:00:00+00:00", "stats_reset": "2026-01-01T00:00:00+00:00"}
CREATE TABLE a (id bigint PRIMARY KEY);
