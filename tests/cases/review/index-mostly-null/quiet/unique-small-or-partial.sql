-- facts: {"indexes": {"public.a": {"bytes": 40000000}, "public.b": {"bytes": 40000000}, "public.c": {"bytes": 8192}, "public.d": {"bytes": 40000000}}}
-- facts: {"columns": {"public.jobs": [{"column": "token", "null_fraction": 0.97}, {"column": "done_at", "null_fraction": 0.97}, {"column": "kind", "null_fraction": 0.2}]}}
CREATE TABLE jobs (id bigint PRIMARY KEY, token text, done_at timestamptz, kind text);
CREATE UNIQUE INDEX a ON jobs (token);
CREATE INDEX b ON jobs (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX c ON jobs (done_at);
CREATE INDEX d ON jobs (kind);
