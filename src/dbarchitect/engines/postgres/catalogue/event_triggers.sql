select e.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_event_trigger e
join pg_proc f on f.oid = e.evtfoid
join pg_namespace fn on fn.oid = f.pronamespace
cross join lateral (
    select
        e.evtname as name,
        e.evtevent as event,
        format('%I.%I()', fn.nspname, f.proname) as function,
        e.evttags as tags,
        case e.evtenabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' else 'origin' end as enabled,
        pg_get_userbyid(e.evtowner) as owner
) as value
