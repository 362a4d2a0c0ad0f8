-- facts: {"tables": {"public.samples": {"rows": 5000}}}
-- facts: {"columns": {"public.samples": [{"column": "state", "n_distinct": 700, "histogram_bounds": "{1,2,3,4}"}]}}
CREATE TABLE requests (id bigint PRIMARY KEY, http_status integer, exit_status integer, priority integer, severity integer);
CREATE TABLE files (id bigint PRIMARY KEY, mode integer, target_type integer, target_id bigint);
CREATE TABLE samples (id bigint PRIMARY KEY, state integer);
