-- CREATE STATISTICS objects.
select s.oid::bigint as oid, s.stxrelid::bigint as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_statistic_ext s
join pg_namespace n on n.oid = s.stxnamespace
join pg_class c on c.oid = s.stxrelid
join pg_namespace cn on cn.oid = c.relnamespace
cross join lateral (
    select
        json_build_object('schema', n.nspname, 'name', s.stxname) as name,
        json_build_object('schema', cn.nspname, 'name', c.relname) as table,
        (
            select coalesce(json_agg(case kind when 'd' then 'ndistinct' when 'f' then 'dependencies' else 'mcv' end order by place), '[]')
            from unnest(s.stxkind) with ordinality k(kind, place)
            where kind in ('d', 'f', 'm')
        ) as kinds,
        (
            select coalesce(json_agg(a.attname order by k.place), '[]')
            from unnest(s.stxkeys::int2[]) with ordinality k(number, place)
            join pg_attribute a on a.attrelid = s.stxrelid and a.attnum = k.number
        ) as columns,
        pg_get_statisticsobjdef_expressions(s.oid) as expressions,                              --[14+]
        nullif(s.stxstattarget, -1) as target,                                                  --[13+]
        pg_get_statisticsobjdef(s.oid) as definition,
        pg_get_userbyid(s.stxowner) as owner
) as value
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
