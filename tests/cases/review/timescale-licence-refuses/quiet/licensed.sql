-- facts: {"timescale": {"licence": "timescale"}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
CREATE FUNCTION keep(days int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM add_retention_policy('readings', make_interval(days => days)); END $$;
