select c.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_sequence s
join pg_class c on c.oid = s.seqrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_depend d on d.objid = c.oid and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
    and d.refobjsubid > 0 and d.deptype in ('a', 'i')
left join pg_class t on t.oid = d.refobjid
left join pg_namespace tn on tn.oid = t.relnamespace
left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
cross join lateral (
    select
        json_build_object('schema', n.nspname, 'name', c.relname) as name,
        format_type(s.seqtypid, null) as type,
        s.seqstart as start,
        s.seqincrement as increment,
        s.seqmin as minimum,
        s.seqmax as maximum,
        s.seqcache as cache,
        s.seqcycle as cycle,
        case when t.oid is not null then
            json_build_array(json_build_object('schema', tn.nspname, 'name', t.relname), a.attname)
        end as owned_by,
        coalesce(d.deptype = 'i', false) as internal,
        case c.relpersistence when 'u' then 'unlogged' when 't' then 'temporary' else 'permanent' end as persistence,
        pg_get_userbyid(c.relowner) as owner
) as value
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
