-- When and where: one row.
select json_strip_nulls(row_to_json(value))::text
from (
    select
        clock_timestamp() as taken_at,
        (select d.stats_reset from pg_stat_database d where d.datname = current_database()) as stats_reset,
        pg_postmaster_start_time() as started_at,
        pg_is_in_recovery() as is_replica,
        -- A base backup is a sender as well; the state is hidden from roles without pg_read_all_stats.
        (select count(*) from pg_stat_replication r where r.state is null or r.state in ('streaming', 'catchup')) as replicas
) as value
