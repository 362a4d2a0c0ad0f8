-- Settings that plans, and the reading of values, depend on. What this connection set for itself is undone: the value
-- is the one that a session of this role in this database starts with.
select
    s.name,
    case when s.source in ('client', 'session', 'interactive') or s.name = 'search_path' then coalesce(
        (
            select substr(one, strpos(one, '=') + 1)
            from pg_db_role_setting r
            cross join unnest(r.setconfig) one
            where split_part(one, '=', 1) = s.name
            and r.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database()))
            and r.setrole in (0, (select u.oid from pg_roles u where u.rolname = session_user))
            order by r.setrole <> 0 desc, r.setdatabase <> 0 desc
            limit 1
        ),
        case when s.source = 'session' then s.reset_val else s.boot_val end
    ) else s.setting end,
    s.unit
from pg_settings s
where s.category like 'Query Tuning%'
or s.name like 'jit%'
or s.name like 'enable\_%'
or s.name like '%\_cost'
or s.name like 'max\_parallel%'
or s.name like '%\_collapse\_limit'
or s.name in (
    'work_mem', 'hash_mem_multiplier', 'maintenance_work_mem', 'temp_buffers', 'shared_buffers', 'effective_cache_size',
    'effective_io_concurrency', 'maintenance_io_concurrency', 'max_worker_processes', 'parallel_leader_participation',
    'block_size', 'server_encoding', 'TimeZone', 'DateStyle', 'IntervalStyle', 'lc_collate', 'lc_ctype', 'lc_monetary',
    'lc_numeric', 'lc_time', 'default_statistics_target', 'search_path', 'max_connections', 'autovacuum', 'wal_level',
    'default_text_search_config', 'default_toast_compression', 'row_security', 'data_checksums', 'track_counts',
    'standard_conforming_strings', 'backslash_quote', 'xmlbinary', 'xmloption', 'extra_float_digits', 'bytea_output',
    'array_nulls', 'transform_null_equals', 'idle_in_transaction_session_timeout', 'statement_timeout', 'lock_timeout'
)
order by s.name
