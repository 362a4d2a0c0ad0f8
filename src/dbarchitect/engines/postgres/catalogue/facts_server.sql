-- Settings of operation, as a session of this role in this database starts with them. Numbers are in their own unit.
-- Those that some roles may not see are simply not there.
select s.name, case when s.source in ('client', 'session') then s.reset_val else s.setting end
from pg_settings s
where s.name in (
    'fsync', 'full_page_writes', 'data_checksums', 'zero_damaged_pages', 'wal_level', 'max_connections',
    'shared_buffers', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'track_counts',
    'autovacuum', 'autovacuum_vacuum_threshold', 'autovacuum_vacuum_scale_factor', 'autovacuum_analyze_threshold',
    'autovacuum_analyze_scale_factor'
)
and s.setting is not null
union all
-- That they are there tells the platform; what they say is nobody's business.
select s.name, '' from pg_settings s where s.name in ('neon.timeline_id', 'neon.tenant_id')
order by 1
