select e.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
cross join lateral (select e.extname as name, e.extversion as version, n.nspname as schema) as value
