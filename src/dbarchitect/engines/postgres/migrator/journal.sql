-- The history of migrations that dbarchitect keeps in the database that it migrates. A run is one migration going one
-- way, once; rows are never deleted. `dba migrate status` reads this.
CREATE TABLE dbarchitect.migrations (
    run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('up', 'down')),
    state text NOT NULL CHECK (state IN ('planned', 'running', 'done', 'undone')),
    undoes bigint REFERENCES dbarchitect.migrations,
    steps integer NOT NULL,
    base_hash text NOT NULL,
    forced text NOT NULL,
    by text NOT NULL,
    product text NOT NULL,
    backup text NOT NULL DEFAULT '',
    planned timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    started timestamptz,
    finished timestamptz,
    schema_before bytea,
    schema_after bytea
);
-- One migration at a time, whatever became of advisory locks.
CREATE UNIQUE INDEX one_at_a_time ON dbarchitect.migrations (direction) WHERE state = 'running';
CREATE TABLE dbarchitect.steps (
    run bigint NOT NULL REFERENCES dbarchitect.migrations,
    number integer NOT NULL,
    state text NOT NULL CHECK (state IN ('started', 'done')),
    checksum text NOT NULL,
    does text NOT NULL,
    attempts integer NOT NULL,
    started timestamptz NOT NULL,
    finished timestamptz,
    before text NOT NULL DEFAULT '',
    position jsonb,
    PRIMARY KEY (run, number)
);
