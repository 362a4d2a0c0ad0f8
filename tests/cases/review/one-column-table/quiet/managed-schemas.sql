-- Tables that a tool makes in a schema of its own.
CREATE SCHEMA pgboss; CREATE TABLE pgboss.spare (a text);
CREATE SCHEMA _timescaledb_internal; CREATE TABLE _timescaledb_internal._hyper_1_1_chunk (a text);
CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA realtime; CREATE SCHEMA graphql_public;
CREATE TABLE auth.spare (a text);
