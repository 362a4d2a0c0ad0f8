-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-01-01 00:00:00+00"}
-- facts: {"tables": {"public.plans": {"rows": 200, "pages": 3, "inserted": 0}, "public.large": {"rows": 1e6, "pages": 9000, "inserted": 0}}}
CREATE TABLE large (id bigint PRIMARY KEY, title text);
CREATE INDEX ON large (title);
CREATE TABLE plans (id bigint PRIMARY KEY, title text UNIQUE, large_id bigint REFERENCES large);
CREATE INDEX ON plans (large_id);
