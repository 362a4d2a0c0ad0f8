-- Rewrite rules, without the one that makes a view a view.
select r.oid::bigint as oid, r.ev_class::bigint as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_rewrite r
join pg_class c on c.oid = r.ev_class
join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
    select
        r.rulename as name,
        pg_get_ruledef(r.oid) as definition,
        case r.ev_enabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' else 'origin' end as enabled
) as value
where not (r.ev_type = '1' and r.is_instead and c.relkind in ('v', 'm'))
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
