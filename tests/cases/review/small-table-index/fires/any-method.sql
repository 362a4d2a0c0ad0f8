-- expect: index public.places.places_at_idx
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-01-01 00:00:00+00"}
-- facts: {"tables": {"public.places": {"rows": 200, "pages": 3, "inserted": 0}}}
CREATE TABLE places (id bigint PRIMARY KEY, at point);
CREATE INDEX ON places USING gist (at);
