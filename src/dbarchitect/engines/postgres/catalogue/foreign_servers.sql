select s.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_foreign_server s
join pg_foreign_data_wrapper w on w.oid = s.srvfdw
cross join lateral (
    select
        s.srvname as name,
        w.fdwname as wrapper,
        s.srvtype as type,
        s.srvversion as version,
        (select json_object_agg(o.option_name, o.option_value) from pg_options_to_table(s.srvoptions) o) as options,
        pg_get_userbyid(s.srvowner) as owner
) as value
