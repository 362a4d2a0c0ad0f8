-- Queries look for the rows without a value.
-- facts: {"indexes": {"public.jobs_done_at_idx": {"bytes": 40000000}}}
-- facts: {"columns": {"public.jobs": [{"column": "done_at", "null_fraction": 0.97, "n_distinct": -0.02}]}}
-- query: SELECT j.id FROM jobs j WHERE j.done_at IS NULL AND j.kind = $1
CREATE TABLE jobs (id bigint PRIMARY KEY, done_at timestamptz, kind text);
CREATE INDEX ON jobs (done_at);
