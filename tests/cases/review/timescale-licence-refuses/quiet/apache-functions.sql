-- facts: {"timescale": {"licence": "apache"}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
CREATE FUNCTION keep() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM drop_chunks('readings', now()); PERFORM relocate(1); END $$;
