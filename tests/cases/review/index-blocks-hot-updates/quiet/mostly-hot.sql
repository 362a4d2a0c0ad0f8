-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-03-01 00:00:00+00"}
-- facts: {"tables": {"public.sessions": {"rows": 10000, "pages": 900, "updated": 4000000, "hot_updated": 3900000}, "public.quiet": {"rows": 10000, "pages": 900, "updated": 4000, "hot_updated": 0}}}
CREATE TABLE sessions (id bigint PRIMARY KEY, last_seen timestamptz);
CREATE INDEX ON sessions (last_seen);
CREATE TABLE quiet (id bigint PRIMARY KEY, last_seen timestamptz);
CREATE INDEX ON quiet (last_seen);
