-- effect: not available here: every table is local
-- schema: pg_catalog
-- complete: no
CREATE TYPE citus_shard_transfer_mode AS ENUM ('auto', 'force_logical', 'block_writes');
CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
    colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION create_distributed_table_concurrently(table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
    colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION create_distributed_function(function_name regprocedure, distribution_arg_name text DEFAULT '', colocate_with text DEFAULT 'default',
    force_delegation boolean DEFAULT NULL) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION undistribute_table(table_name regclass, cascade_via_foreign_keys boolean DEFAULT false) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION alter_table_set_access_method(table_name regclass, access_method text) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION citus_add_local_table_to_metadata(table_name regclass, cascade_via_foreign_keys boolean DEFAULT false) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION citus_version() RETURNS text LANGUAGE sql STABLE AS 'SELECT NULL::text';
CREATE ACCESS METHOD columnar TYPE TABLE HANDLER heap_tableam_handler;
