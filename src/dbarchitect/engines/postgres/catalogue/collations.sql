select k.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_collation k
join pg_namespace n on n.oid = k.collnamespace
cross join lateral (
    select
        json_build_object('schema', n.nspname, 'name', k.collname) as name,
        case k.collprovider when 'd' then 'default' when 'b' then 'builtin' when 'i' then 'icu' else 'libc' end as provider,
        k.collcollate as locale,                                                                --[<15]
        coalesce(k.colliculocale, k.collcollate) as locale,                                     --[15-16]
        coalesce(k.colllocale, k.collcollate) as locale,                                        --[17+]
        k.collctype as ctype,
        k.collisdeterministic as deterministic,
        k.collicurules as rules,                                                                --[16+]
        k.collversion as version,
        k.collencoding as encoding,
        pg_get_userbyid(k.collowner) as owner
) as value
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
