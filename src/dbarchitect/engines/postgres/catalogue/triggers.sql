-- Triggers that users made, and their clones on partitions (which older servers mark as internal). What enforces a
-- key or a foreign key hangs on a constraint of that kind and is left out.
select t.oid::bigint as oid, t.tgrelid::bigint as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_proc f on f.oid = t.tgfoid
join pg_namespace fn on fn.oid = f.pronamespace
left join pg_constraint k on k.oid = t.tgconstraint
cross join lateral (
    select
        t.tgname as name,
        format('%I.%I(%s)', fn.nspname, f.proname, pg_get_function_identity_arguments(f.oid)) as function,
        pg_get_triggerdef(t.oid) as definition,
        case when t.tgtype & 64 <> 0 then 'INSTEAD OF' when t.tgtype & 2 <> 0 then 'BEFORE' else 'AFTER' end as timing,
        array_remove(array[
            case when t.tgtype & 4 <> 0 then 'INSERT' end,
            case when t.tgtype & 16 <> 0 then 'UPDATE' end,
            case when t.tgtype & 8 <> 0 then 'DELETE' end,
            case when t.tgtype & 32 <> 0 then 'TRUNCATE' end
        ], null) as events,
        (
            select json_agg(a.attname order by u.place)
            from unnest(t.tgattr::int2[]) with ordinality u(number, place)
            join pg_attribute a on a.attrelid = t.tgrelid and a.attnum = u.number
        ) as columns,
        t.tgtype & 1 <> 0 as for_each_row,
        case t.tgenabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' else 'origin' end as enabled,
        t.tgconstraint <> 0 as constraint,
        t.tgdeferrable as deferrable,
        t.tginitdeferred as initially_deferred,
        t.tgparentid <> 0 as inherited                                                          --[15+]
        t.tgisinternal as inherited                                                             --[<15]
) as value
where (not t.tgisinternal or t.tgconstraint = 0 or k.contype = 't')
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
