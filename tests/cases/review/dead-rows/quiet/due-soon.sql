-- Just over the threshold, and a small table.
-- facts: {"tables": {"public.jobs": {"rows": 100000, "live_rows": 100000, "dead_rows": 30000}, "public.few": {"rows": 10, "live_rows": 10, "dead_rows": 5000}}}
CREATE TABLE jobs (id bigint PRIMARY KEY);
CREATE TABLE few (id bigint PRIMARY KEY);
