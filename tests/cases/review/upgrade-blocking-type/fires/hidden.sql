-- expect: column public.jobs.calls
-- expect: column public.jobs.where
-- expect: column public.jobs.which
-- expect: column public.kept.run
CREATE DOMAIN space AS regnamespace;
CREATE TYPE call AS (what regprocedure, how integer);
CREATE TABLE jobs (id bigint PRIMARY KEY, calls call[], which regproc[], "where" space);
CREATE MATERIALIZED VIEW kept AS SELECT id, 'now'::regproc AS run FROM jobs;
