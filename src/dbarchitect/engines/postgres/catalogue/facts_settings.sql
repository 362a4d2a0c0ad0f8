-- Settings that plans, and the reading of values, depend on. What this connection set for itself is undone: the value
-- is the one that a session of this role in this database starts with. Numbers are in the setting's own unit. How
-- passwords are kept is for the review alone.
select
    s.name,
    case
        when s.source not in ('client', 'session') then s.setting
        -- A connection of ours may have been made without any search_path.
        when s.name <> 'search_path' then s.reset_val
        else coalesce(
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
            nullif(s.reset_val, ''),
            s.boot_val
        )
    end
from pg_settings s
where s.category like 'Query Tuning%'
or s.name like 'jit%'
or s.name like 'max\_parallel%'
or s.name in (
    'work_mem', 'hash_mem_multiplier', 'temp_buffers', 'shared_buffers', 'effective_io_concurrency',
    'maintenance_io_concurrency', 'max_worker_processes', 'parallel_leader_participation', 'block_size',
    'server_encoding', 'TimeZone', 'DateStyle', 'IntervalStyle', 'lc_collate', 'lc_ctype', 'lc_monetary', 'lc_numeric',
    'lc_time', 'search_path', 'default_text_search_config', 'row_security', 'autovacuum', 'array_nulls',
    'transform_null_equals', 'xmloption', 'backslash_quote', 'password_encryption'
)
order by s.name
