-- effect: not available here: hypertables are ordinary tables, policies and compression do nothing
-- schema: public
-- complete: no
-- A function over "any" cannot be written in SQL; where one returns a number, a harmless built-in stands for it.
CREATE SCHEMA _timescaledb_catalog;
CREATE SCHEMA _timescaledb_internal;
CREATE SCHEMA _timescaledb_config;
CREATE SCHEMA _timescaledb_functions;
CREATE SCHEMA timescaledb_information;
CREATE TYPE dimension_info;
CREATE FUNCTION dimension_info_in(cstring) RETURNS dimension_info LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION dimension_info_out(dimension_info) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE dimension_info (INPUT = dimension_info_in, OUTPUT = dimension_info_out, LIKE = text);
CREATE FUNCTION by_range(column_name name, partition_interval anyelement DEFAULT NULL::bigint, partition_func regproc DEFAULT NULL)
    RETURNS dimension_info LANGUAGE sql AS $$ SELECT NULL::dimension_info $$;
CREATE FUNCTION by_hash(column_name name, number_partitions integer, partition_func regproc DEFAULT NULL)
    RETURNS dimension_info LANGUAGE sql AS $$ SELECT NULL::dimension_info $$;
-- The real function makes this index too.
CREATE FUNCTION create_hypertable(relation regclass, time_column_name name, partitioning_column name DEFAULT NULL,
    number_partitions integer DEFAULT NULL, associated_schema_name name DEFAULT NULL, associated_table_prefix name DEFAULT NULL,
    chunk_time_interval anyelement DEFAULT NULL::bigint, create_default_indexes boolean DEFAULT true, if_not_exists boolean DEFAULT false,
    partitioning_func regproc DEFAULT NULL, migrate_data boolean DEFAULT false, chunk_target_size text DEFAULT NULL,
    chunk_sizing_func regproc DEFAULT NULL, time_partitioning_func regproc DEFAULT NULL,
    OUT hypertable_id integer, OUT schema_name name, OUT table_name name, OUT created boolean) RETURNS record LANGUAGE plpgsql AS $$
BEGIN
    IF create_default_indexes AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
        ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indrelid = relation AND a.attname = time_column_name) THEN
        EXECUTE format('CREATE INDEX ON %s (%I DESC)', relation, time_column_name);
    END IF;
    SELECT 1, n.nspname, c.relname, true INTO hypertable_id, schema_name, table_name, created
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation;
END $$;
CREATE FUNCTION create_hypertable(relation regclass, dimension dimension_info, create_default_indexes boolean DEFAULT true,
    if_not_exists boolean DEFAULT false, migrate_data boolean DEFAULT false, OUT hypertable_id integer, OUT created boolean)
    RETURNS record LANGUAGE sql AS $$ SELECT 1, true $$;
CREATE FUNCTION create_distributed_hypertable(relation regclass, time_column_name name, partitioning_column name DEFAULT NULL,
    number_partitions integer DEFAULT NULL) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION add_dimension(hypertable regclass, column_name name, number_partitions integer DEFAULT NULL,
    chunk_time_interval anyelement DEFAULT NULL::bigint, partitioning_func regproc DEFAULT NULL, if_not_exists boolean DEFAULT false)
    RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION add_dimension(hypertable regclass, dimension dimension_info, if_not_exists boolean DEFAULT false)
    RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION set_chunk_time_interval(hypertable regclass, chunk_time_interval anyelement, dimension_name name DEFAULT NULL)
    RETURNS void LANGUAGE sql AS $$ $$;
CREATE FUNCTION set_integer_now_func(hypertable regclass, integer_now_func regproc, replace_if_exists boolean DEFAULT false)
    RETURNS void LANGUAGE sql AS $$ $$;
CREATE FUNCTION add_retention_policy(relation regclass, drop_after "any", if_not_exists boolean DEFAULT false,
    schedule_interval interval DEFAULT NULL, initial_start timestamptz DEFAULT NULL, timezone text DEFAULT NULL)
    RETURNS integer LANGUAGE internal AS 'pg_backend_pid';
CREATE FUNCTION remove_retention_policy(relation regclass, if_exists boolean DEFAULT false) RETURNS void LANGUAGE sql AS $$ $$;
CREATE FUNCTION add_compression_policy(hypertable regclass, compress_after "any" DEFAULT NULL::interval, if_not_exists boolean DEFAULT false,
    schedule_interval interval DEFAULT NULL, initial_start timestamptz DEFAULT NULL, timezone text DEFAULT NULL)
    RETURNS integer LANGUAGE internal AS 'pg_backend_pid';
CREATE FUNCTION remove_compression_policy(hypertable regclass, if_exists boolean DEFAULT false) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE PROCEDURE add_columnstore_policy(hypertable regclass, after "any" DEFAULT NULL::interval, if_not_exists boolean DEFAULT false)
    LANGUAGE internal AS 'pg_backend_pid';
CREATE FUNCTION add_reorder_policy(hypertable regclass, index_name name, if_not_exists boolean DEFAULT false)
    RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION add_continuous_aggregate_policy(continuous_aggregate regclass, start_offset "any", end_offset "any",
    schedule_interval interval, if_not_exists boolean DEFAULT false) RETURNS integer LANGUAGE internal AS 'pg_backend_pid';
CREATE FUNCTION remove_continuous_aggregate_policy(continuous_aggregate regclass, if_exists boolean DEFAULT NULL)
    RETURNS void LANGUAGE sql AS $$ $$;
CREATE PROCEDURE refresh_continuous_aggregate(continuous_aggregate regclass, window_start "any", window_end "any", force boolean DEFAULT false)
    LANGUAGE internal AS 'pg_backend_pid';
CREATE FUNCTION add_job(proc regproc, schedule_interval interval, config jsonb DEFAULT NULL, initial_start timestamptz DEFAULT NULL,
    scheduled boolean DEFAULT true) RETURNS integer LANGUAGE sql AS $$ SELECT 1000 $$;
CREATE FUNCTION delete_job(job_id integer) RETURNS void LANGUAGE sql AS $$ $$;
CREATE FUNCTION compress_chunk(uncompressed_chunk regclass, if_not_compressed boolean DEFAULT true) RETURNS regclass LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION decompress_chunk(uncompressed_chunk regclass, if_compressed boolean DEFAULT true) RETURNS regclass LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION drop_chunks(relation regclass, older_than anyelement DEFAULT NULL::interval, newer_than anyelement DEFAULT NULL)
    RETURNS SETOF text LANGUAGE sql AS $$ SELECT NULL::text WHERE false $$;
CREATE FUNCTION show_chunks(relation regclass, older_than anyelement DEFAULT NULL::interval, newer_than anyelement DEFAULT NULL)
    RETURNS SETOF regclass LANGUAGE sql AS $$ SELECT NULL::regclass WHERE false $$;
CREATE FUNCTION hypertable_size(hypertable regclass) RETURNS bigint LANGUAGE sql AS $$ SELECT pg_catalog.pg_total_relation_size($1) $$;
CREATE FUNCTION timescaledb_pre_restore() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION timescaledb_post_restore() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT to_timestamp(floor(extract(epoch FROM $2) / extract(epoch FROM $1)) * extract(epoch FROM $1)) $$;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT timestamp 'epoch' + floor(extract(epoch FROM $2) / extract(epoch FROM $1)) * $1 $$;
CREATE FUNCTION time_bucket(bucket_width interval, ts date) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT (timestamp 'epoch' + floor(extract(epoch FROM $2) / extract(epoch FROM $1)) * $1)::date $$;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz, origin timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $2 $$;
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz, timezone text, origin timestamptz DEFAULT NULL, "offset" interval DEFAULT NULL)
    RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT $2 $$;
CREATE FUNCTION time_bucket(bucket_width smallint, ts smallint) RETURNS smallint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT ($2 - $2 % $1)::smallint $$;
CREATE FUNCTION time_bucket(bucket_width integer, ts integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT $2 - $2 % $1 $$;
CREATE FUNCTION time_bucket(bucket_width bigint, ts bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT $2 - $2 % $1 $$;
CREATE FUNCTION time_bucket_gapfill(bucket_width interval, ts timestamptz, start timestamptz DEFAULT NULL, finish timestamptz DEFAULT NULL)
    RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT $2 $$;
CREATE FUNCTION locf(value anyelement) RETURNS anyelement LANGUAGE sql VOLATILE AS $$ SELECT $1 $$;
CREATE FUNCTION interpolate(value double precision) RETURNS double precision LANGUAGE sql VOLATILE AS $$ SELECT $1 $$;
CREATE FUNCTION _timescaledb_functions.keep(anyelement, anyelement, timestamptz) RETURNS anyelement LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE first(anyelement, timestamptz) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE AGGREGATE last(anyelement, timestamptz) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE FUNCTION _timescaledb_functions.keep(anyelement, anyelement, timestamp) RETURNS anyelement LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE first(anyelement, timestamp) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE AGGREGATE last(anyelement, timestamp) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE FUNCTION _timescaledb_functions.keep(anyelement, anyelement, date) RETURNS anyelement LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE first(anyelement, date) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE AGGREGATE last(anyelement, date) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE FUNCTION _timescaledb_functions.keep(anyelement, anyelement, bigint) RETURNS anyelement LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE first(anyelement, bigint) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE AGGREGATE last(anyelement, bigint) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE FUNCTION _timescaledb_functions.keep(anyelement, anyelement, integer) RETURNS anyelement LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE first(anyelement, integer) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE AGGREGATE last(anyelement, integer) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE FUNCTION _timescaledb_functions.keep(anyelement, anyelement, double precision) RETURNS anyelement LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE first(anyelement, double precision) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE AGGREGATE last(anyelement, double precision) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE FUNCTION _timescaledb_functions.keep(anyelement, anyelement, numeric) RETURNS anyelement LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE first(anyelement, numeric) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE AGGREGATE last(anyelement, numeric) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE FUNCTION _timescaledb_functions.keep(anyelement, anyelement, uuid) RETURNS anyelement LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE AGGREGATE first(anyelement, uuid) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE AGGREGATE last(anyelement, uuid) (SFUNC = _timescaledb_functions.keep, STYPE = anyelement, PARALLEL = SAFE);
CREATE VIEW timescaledb_information.hypertables AS SELECT NULL::name AS hypertable_schema, NULL::name AS hypertable_name,
    NULL::name AS owner, NULL::smallint AS num_dimensions, NULL::bigint AS num_chunks, NULL::boolean AS compression_enabled WHERE false;
CREATE VIEW timescaledb_information.chunks AS SELECT NULL::name AS hypertable_schema, NULL::name AS hypertable_name,
    NULL::name AS chunk_schema, NULL::name AS chunk_name, NULL::timestamptz AS range_start, NULL::timestamptz AS range_end,
    NULL::boolean AS is_compressed WHERE false;
CREATE VIEW timescaledb_information.jobs AS SELECT NULL::integer AS job_id, NULL::text AS application_name,
    NULL::interval AS schedule_interval, NULL::name AS proc_name, NULL::name AS hypertable_name, NULL::jsonb AS config WHERE false;
CREATE VIEW timescaledb_information.continuous_aggregates AS SELECT NULL::name AS hypertable_name, NULL::name AS view_schema,
    NULL::name AS view_name, NULL::text AS view_definition WHERE false;
