-- expect: column public.runs.end_ts
CREATE TABLE runs (id bigint, start_ts bigint NOT NULL, end_ts bigint, PRIMARY KEY (id)) PARTITION BY HASH (id);
CREATE TABLE runs_0 PARTITION OF runs FOR VALUES WITH (MODULUS 1, REMAINDER 0);
