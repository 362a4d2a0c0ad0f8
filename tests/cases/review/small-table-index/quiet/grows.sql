-- Small today: half of its rows came in these three months.
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-01-01 00:00:00+00"}
-- facts: {"tables": {"public.plans": {"rows": 200, "pages": 3, "inserted": 100}}}
CREATE TABLE plans (id bigint PRIMARY KEY, title text);
CREATE INDEX ON plans (title);
