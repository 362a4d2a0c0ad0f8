-- Sizes and counters of indexes. The last column: whether it is a B-tree with a file of its own.
select
    n.nspname, c.relname, json_strip_nulls(row_to_json(value))::text, c.relkind = 'i' and am.amname = 'btree'
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_am am on am.oid = c.relam
cross join lateral (
    select
        case when c.reltuples >= 0 and c.relpages > 0 then c.reltuples end as rows,
        c.relpages as pages,
        c.oid::bigint as rank,
        case when c.relkind = 'i' then pg_relation_size(c.oid) end as bytes,
        -- The view hides from other roles what is built, but not who builds; locks are everyone's to see.
        case when c.oid in (
            select x.indexrelid from pg_index x
            join pg_locks l on l.relation = x.indrelid and l.granted
            join pg_stat_progress_create_index p on p.pid = l.pid and p.datid = l.database
            where not (x.indisvalid and x.indisready)
            and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock')
        ) then true end as building,
        pg_stat_get_numscans(c.oid) as scans,
        pg_stat_get_tuples_returned(c.oid) as rows_read,
        pg_stat_get_tuples_fetched(c.oid) as rows_fetched,
        pg_stat_get_lastscan(c.oid) as last_scan                                                --[16+]
        null as last_scan                                                                       --[<16]
) as value
where c.relkind in ('i', 'I')
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
