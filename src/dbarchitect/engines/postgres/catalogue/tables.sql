-- Tables of every kind: ordinary, partitioned, foreign.
select c.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_am am on am.oid = c.relam
left join pg_tablespace ts on ts.oid = c.reltablespace
left join pg_class toast on toast.oid = c.reltoastrelid
left join pg_partitioned_table pt on pt.partrelid = c.oid
left join pg_type ot on ot.oid = c.reloftype
left join pg_namespace otn on otn.oid = ot.typnamespace
left join pg_foreign_table ft on ft.ftrelid = c.oid
left join pg_foreign_server fs on fs.oid = ft.ftserver
left join lateral (
    select json_agg(json_build_object('schema', pn.nspname, 'name', p.relname) order by i.inhseqno) as names
    from pg_inherits i
    join pg_class p on p.oid = i.inhparent
    join pg_namespace pn on pn.oid = p.relnamespace
    where i.inhrelid = c.oid
) as parents on true
cross join lateral (
    select
        json_build_object('schema', n.nspname, 'name', c.relname) as name,
        case c.relkind when 'p' then 'partitioned' when 'f' then 'foreign' else 'ordinary' end as kind,
        case when pt.partrelid is not null then json_build_object(
            'strategy', case pt.partstrat when 'r' then 'range' when 'l' then 'list' else 'hash' end,
            'definition', pg_get_partkeydef(c.oid),
            'columns', (
                select coalesce(json_agg(a.attname order by k.place), '[]')
                from unnest(pt.partattrs::int2[]) with ordinality k(number, place)
                join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
                where k.number > 0
            )
        ) end as partition_key,
        case when c.relispartition then json_build_object(
            'parent', parents.names -> 0, 'bound', pg_get_expr(c.relpartbound, c.oid)
        ) end as partition_of,
        case when not c.relispartition then parents.names end as inherits,
        case when ot.oid is not null then json_build_object('schema', otn.nspname, 'name', ot.typname) end as of_type,
        case c.relpersistence when 'u' then 'unlogged' when 't' then 'temporary' else 'permanent' end as persistence,
        am.amname as access_method,
        (select json_object_agg(o.option_name, o.option_value) from pg_options_to_table(c.reloptions) o) as options,
        (select json_object_agg(o.option_name, o.option_value) from pg_options_to_table(toast.reloptions) o) as toast_options,
        ts.spcname as tablespace,
        fs.srvname as foreign_server,
        (select json_object_agg(o.option_name, o.option_value) from pg_options_to_table(ft.ftoptions) o) as foreign_options,
        case when c.relkind = 'f' then 'default' else
            case c.relreplident when 'n' then 'nothing' when 'f' then 'full' when 'i' then 'index' else 'default' end
        end as replica_identity,
        c.relrowsecurity as row_security,
        c.relforcerowsecurity as row_security_forced,
        pg_get_userbyid(c.relowner) as owner
) as value
where c.relkind in ('r', 'p', 'f')
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
