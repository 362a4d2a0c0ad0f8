select c.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_am am on am.oid = c.relam
left join pg_tablespace ts on ts.oid = c.reltablespace
cross join lateral (
    select
        json_build_object('schema', n.nspname, 'name', c.relname) as name,
        c.relkind = 'm' as materialized,
        pg_get_viewdef(c.oid) as definition,
        (select json_object_agg(o.option_name, o.option_value) from pg_options_to_table(c.reloptions) o) as options,
        c.relispopulated as populated,
        am.amname as access_method,
        ts.spcname as tablespace,
        pg_get_userbyid(c.relowner) as owner
) as value
where c.relkind in ('v', 'm')
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
