-- Full pages, not this index: its column stays. And one that a foreign key or uniqueness needs, and BRIN.
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-03-01 00:00:00+00"}
-- facts: {"tables": {"public.sessions": {"rows": 10000, "pages": 900, "updated": 4000000, "hot_updated": 40000}}}
CREATE TABLE sessions (
    id bigint PRIMARY KEY, parent_id bigint REFERENCES sessions, last_seen timestamptz, updated_at timestamptz UNIQUE,
    created_at timestamptz
);
CREATE INDEX ON sessions (created_at);
CREATE INDEX ON sessions (parent_id);
CREATE INDEX ON sessions USING brin (last_seen);
