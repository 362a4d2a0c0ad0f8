select p.oid::bigint as oid, p.polrelid::bigint as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_policy p
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
    select
        p.polname as name,
        case p.polcmd
            when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' else 'ALL'
        end as command,
        p.polpermissive as permissive,
        (
            select json_agg(named.role order by named.role)
            from (select case r when 0 then 'PUBLIC' else pg_get_userbyid(r) end as role from unnest(p.polroles) r) named
        ) as roles,
        pg_get_expr(p.polqual, p.polrelid) as using,
        pg_get_expr(p.polwithcheck, p.polrelid) as check
) as value
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
