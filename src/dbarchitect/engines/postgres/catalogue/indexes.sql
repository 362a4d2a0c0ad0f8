-- Indexes of tables and materialised views.
select c.oid::bigint as oid, x.indrelid::bigint as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_index x
join pg_class c on c.oid = x.indexrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_class t on t.oid = x.indrelid
join pg_am am on am.oid = c.relam
left join pg_tablespace ts on ts.oid = c.reltablespace
left join pg_constraint k on k.conindid = c.oid and k.contype in ('p', 'u', 'x')
left join pg_inherits i on i.inhrelid = c.oid
left join pg_class p on p.oid = i.inhparent
left join pg_namespace pn on pn.oid = p.relnamespace
cross join lateral (
    select
        json_build_object('schema', n.nspname, 'name', c.relname) as name,
        json_build_object('schema', n.nspname, 'name', t.relname) as table,
        am.amname as method,
        (
            select json_agg(
                json_build_object(
                    'column', a.attname,
                    -- Around anything but a call the server prints parentheses that belong to the index, not to it.
                    'expression', case when left(e.printed, 1) = '('
                        then substr(e.printed, 2, length(e.printed) - 2) else e.printed end,
                    'opclass', json_build_object('schema', opn.nspname, 'name', op.opcname),
                    -- The default of the type it was made for may still not be that of the key's own type.
                    'opclass_default', op.opcdefault and not exists (
                        select from pg_opclass other
                        where other.opcmethod = op.opcmethod and other.opcdefault and other.oid <> op.oid
                        and other.opcintype = coalesce(a.atttypid, case when op.opckeytype = 0 then own.atttypid end)
                    ),
                    'opclass_options', coalesce(                                                --[13+]
                        (select json_object_agg(o.option_name, o.option_value)                  --[13+]
                        from pg_options_to_table(own.attoptions) o                              --[13+]
                        where o.option_name <> 'pg_attver'), '{}'),                             --[13+]
                    'collation', case when
                        -- What an expression's own collation is no function tells; the definition names another one.
                        case when a.attnum is not null then x.indcollation[key.place] <> a.attcollation
                        else strpos(pg_get_indexdef(c.oid), e.printed || ' COLLATE ' || col.sql) > 0 end
                    then json_build_object('schema', col.schema, 'name', col.name) end,
                    'descending', x.indoption[key.place] & 1 = 1,
                    'nulls_first', x.indoption[key.place] & 2 = 2
                )
                order by key.place
            )
            from generate_series(0, x.indnkeyatts - 1) key(place)
            join pg_attribute own on own.attrelid = c.oid and own.attnum = key.place + 1
            join pg_opclass op on op.oid = x.indclass[key.place]
            join pg_namespace opn on opn.oid = op.opcnamespace
            left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[key.place] and x.indkey[key.place] <> 0
            left join lateral (
                select pg_get_indexdef(c.oid, key.place + 1, false) as printed where x.indkey[key.place] = 0
            ) e on true
            left join lateral (
                select
                    kn.nspname as schema,
                    kc.collname as name,
                    case when kn.nspname = 'pg_catalog' then '' else quote_ident(kn.nspname) || '.' end
                        || quote_ident(kc.collname) as sql
                from pg_collation kc
                join pg_namespace kn on kn.oid = kc.collnamespace
                where kc.oid = x.indcollation[key.place] and x.indcollation[key.place] <> 0
            ) col on true
        ) as keys,
        case when x.indnatts > x.indnkeyatts then (
            select json_agg(a.attname order by key.place)
            from generate_series(x.indnkeyatts::int, x.indnatts - 1) key(place)
            join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[key.place]
        ) end as include,
        pg_get_expr(x.indpred, x.indrelid) as predicate,
        x.indisunique as unique,
        x.indnullsnotdistinct as nulls_not_distinct,                                            --[15+]
        x.indisvalid as valid,
        x.indisready as ready,
        x.indisclustered as clustered,
        x.indisreplident as replica_identity,
        k.conname as constraint,
        case when p.oid is not null then json_build_object('schema', pn.nspname, 'name', p.relname) end as parent,
        (select json_object_agg(o.option_name, o.option_value) from pg_options_to_table(c.reloptions) o) as options,
        ts.spcname as tablespace,
        pg_get_indexdef(c.oid) as definition,
        (
            select json_object_agg(own.attnum, own.attstattarget)
            from pg_attribute own
            where own.attrelid = c.oid and own.attstattarget >= 0
        ) as statistics_targets
) as value
where x.indislive
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
