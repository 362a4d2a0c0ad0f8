-- expect: table public.Jobs
-- facts: {"tables": {"public.\"Jobs\"": {"rows": 100000, "live_rows": 100000, "dead_rows": 9000}}}
CREATE TABLE "Jobs" (id bigint PRIMARY KEY) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 100);
