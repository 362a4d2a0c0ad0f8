-- expect: table public.jobs
-- severity: warning
-- facts: {"tables": {"public.jobs": {"rows": 100000, "live_rows": 100000, "dead_rows": 900000}}}
CREATE TABLE jobs (id bigint PRIMARY KEY);
