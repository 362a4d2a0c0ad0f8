-- expect: column public.jobs.urgent
-- facts: {"tables": {"public.jobs": {"rows": 5000}}}
-- facts: {"columns": {"public.jobs": [{"column": "urgent", "null_fraction": 0.25}]}}
CREATE TABLE jobs (id bigint PRIMARY KEY, urgent boolean, payload text NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE jobs_first PARTITION OF jobs FOR VALUES FROM (0) TO (10000);
