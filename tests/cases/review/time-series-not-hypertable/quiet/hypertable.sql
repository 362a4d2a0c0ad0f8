-- Chunks hang on the first; the second is small; the others are things or have no time.
-- facts: {"tables": {"public.visits": {"rows": 500, "pages": 9}}}
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) VALUES (99999, 'timescaledb', 10, 2200, false, '2.17.0');
CREATE SCHEMA _timescaledb_internal;
CREATE TABLE readings (at timestamptz NOT NULL, value numeric);
CREATE TABLE _timescaledb_internal._hyper_1_1_chunk () INHERITS (readings);
CREATE TABLE visits (id bigint PRIMARY KEY, at timestamptz NOT NULL);
CREATE TABLE users (id bigint PRIMARY KEY, at timestamptz NOT NULL);
CREATE TABLE events (id bigint PRIMARY KEY, body text);
