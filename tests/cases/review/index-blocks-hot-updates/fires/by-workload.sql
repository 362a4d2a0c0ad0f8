-- expect: index public.counters.counters_hits_idx
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-03-01 00:00:00+00"}
-- facts: {"tables": {"public.counters": {"rows": 10000, "pages": 900, "updated": 4000000, "hot_updated": 40000}}}
-- query: UPDATE counters SET hits = hits + 1 WHERE id = $1
CREATE TABLE counters (id bigint PRIMARY KEY, hits bigint, note text, updated_at timestamptz);
CREATE INDEX ON counters (note) WHERE hits > 10;
CREATE INDEX counters_updated ON counters (updated_at);
DROP INDEX counters_note_idx;
CREATE INDEX ON counters (hits);
