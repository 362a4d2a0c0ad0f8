-- The database itself: one row.
select
    d.oid::bigint as oid,
    0 as owner,
    json_strip_nulls(row_to_json(value))::text as json
from pg_database d
cross join lateral (
    select
        current_setting('server_version_num')::int as version,
        version() as version_text,
        d.datname as database,
        pg_encoding_to_char(d.encoding) as encoding,
        d.datcollate as collation,                                                      --[<15]
        coalesce(d.daticulocale, d.datcollate) as collation,                            --[15-16]
        coalesce(d.datlocale, d.datcollate) as collation,                               --[17+]
        d.datctype as ctype,
        case d.datlocprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end as locale_provider,  --[15+]
        pg_get_userbyid(d.datdba) as owner,
        (
            select json_object_agg(split_part(one, '=', 1), substr(one, strpos(one, '=') + 1))
            from pg_db_role_setting s
            cross join unnest(s.setconfig) one
            where s.setdatabase = d.oid and s.setrole = 0
        ) as settings
) as value
where d.datname = current_database()
