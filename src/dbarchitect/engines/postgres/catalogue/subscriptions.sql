-- Only columns that everyone may read; the connection string is not among them.
select 0 as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_subscription s
join pg_database d on d.oid = s.subdbid
cross join lateral (
    select
        s.subname as name,
        s.subenabled as enabled,
        s.subpublications as publications,
        pg_get_userbyid(s.subowner) as owner
) as value
where d.datname = current_database()
