-- expect: function public.keep(days integer)
-- expect: view public.filled
-- severity: error
-- facts: {"timescale": {"licence": "apache"}}
CREATE FUNCTION time_bucket_gapfill(interval, timestamptz) RETURNS timestamptz LANGUAGE sql AS 'SELECT $2';
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
CREATE VIEW filled AS SELECT time_bucket_gapfill('1 hour', at) AS hour, avg(v) FROM readings GROUP BY 1;
CREATE FUNCTION keep(days int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM add_retention_policy('readings', make_interval(days => days)); END $$;
