-- facts: {"taken_at": "2026-03-31T00:00:00+00:00", "stats_reset": "2026-01-01T00:00:00+00:00"}
-- facts: {"tables": {"public.login_events": {"rows": 100, "pages": 2, "inserted": 12}}}
CREATE TABLE login_events (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, who text, at timestamptz);
