-- Schemas of users: everything but the system's own and those of temporary tables.
select n.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_namespace n
cross join lateral (select n.nspname as name, pg_get_userbyid(n.nspowner) as owner) as value
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
