-- Sizes and counters of tables and materialised views. The last column: whether `pg_stats` hides columns from this role.
select
    n.nspname, c.relname, json_strip_nulls(row_to_json(value))::text,
    not has_table_privilege(c.oid, 'select') or row_security_active(c.oid)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
    select
        -- 0 on 0 pages also means "never counted" before PostgreSQL 14.
        case when c.reltuples > 0 or c.reltuples = 0 and c.relpages > 0 then c.reltuples end as rows, --[<14]
        case when c.reltuples >= 0 then c.reltuples end as rows,                                --[14+]
        c.relpages as pages,
        c.relallvisible as all_visible_pages,
        c.relallfrozen as all_frozen_pages,                                                     --[18+]
        case when c.relkind in ('r', 'm') then pg_relation_size(c.oid) end as heap_bytes,
        case when c.relkind in ('r', 'm') then pg_total_relation_size(c.oid) end as total_bytes,
        pg_stat_get_numscans(c.oid) as sequential_scans,
        pg_stat_get_tuples_returned(c.oid) as sequential_rows,
        (select sum(pg_stat_get_numscans(x.indexrelid)) from pg_index x where x.indrelid = c.oid) as index_scans,
        pg_stat_get_tuples_inserted(c.oid) as inserted,
        pg_stat_get_tuples_updated(c.oid) as updated,
        pg_stat_get_tuples_deleted(c.oid) as deleted,
        pg_stat_get_tuples_hot_updated(c.oid) as hot_updated,
        pg_stat_get_live_tuples(c.oid) as live_rows,
        pg_stat_get_dead_tuples(c.oid) as dead_rows,
        pg_stat_get_mod_since_analyze(c.oid) as modified_since_analyze,
        greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) as last_analyze,
        greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid)) as last_vacuum
) as value
where c.relkind in ('r', 'p', 'm', 'f')
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
