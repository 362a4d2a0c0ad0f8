-- expect: column public.jobs.retry_count
-- facts: {"columns": {"public.jobs": [{"column": "retry_count", "most_common_values": "{0,1,2}", "histogram_bounds": "{3,12}"}]}}
CREATE TABLE jobs (id bigint PRIMARY KEY, retry_count text NOT NULL);
