select d.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_default_acl d
left join pg_namespace n on n.oid = d.defaclnamespace
cross join lateral (
    select
        pg_get_userbyid(d.defaclrole) as role,
        n.nspname as schema,
        case d.defaclobjtype
            when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
            when 'T' then 'types' when 'n' then 'schemas' else 'large objects'
        end as objects
) as value
