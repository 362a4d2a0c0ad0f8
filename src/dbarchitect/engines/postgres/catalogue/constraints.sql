-- Constraints of tables and domains. A foreign key to a partitioned table has one more row for each partition it
-- points at; they belong to the system, so only rows that point where their parent points are kept.
with recursive foreign_key(oid, target) as (
    select k.oid, k.confrelid from pg_constraint k where k.contype = 'f' and k.conparentid = 0
    union all
    select k.oid, k.confrelid
    from foreign_key f
    join pg_constraint k on k.conparentid = f.oid and k.confrelid = f.target and k.contype = 'f'
)
select k.oid::bigint as oid, greatest(k.conrelid, k.contypid)::bigint as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_constraint k
join pg_namespace n on n.oid = k.connamespace
left join pg_index x on x.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_class xc on xc.oid = k.conindid
left join pg_class tc on tc.oid = k.confrelid
left join pg_namespace tn on tn.oid = tc.relnamespace
cross join lateral (
    select
        case k.contype
            when 'p' then 'primary_key' when 'u' then 'unique' when 'f' then 'foreign_key' when 'c' then 'check'
            when 'x' then 'exclude' when 'n' then 'not_null' else 'constraint_trigger'
        end as kind,
        k.conname as name,
        (
            select json_agg(a.attname order by c.place)
            from unnest(k.conkey) with ordinality c(number, place)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.number
        ) as columns,
        case when k.contype <> 't' then pg_get_constraintdef(k.oid) end as definition,
        k.condeferrable as deferrable,
        k.condeferred as initially_deferred,
        k.convalidated as validated,
        k.conenforced as enforced,                                                              --[18+]
        -- The server sets connoinherit on keys as well, where it can be neither asked for nor changed.
        k.connoinherit and k.contype in ('c', 'n') as no_inherit,
        k.coninhcount > 0 and not k.conislocal as inherited,
        xc.relname as index,
        xc.relname as target_index,
        case when x.indnatts > x.indnkeyatts then (
            select json_agg(a.attname order by c.place)
            from unnest(x.indkey::int2[]) with ordinality c(number, place)
            join pg_attribute a on a.attrelid = x.indrelid and a.attnum = c.number
            where c.place > x.indnkeyatts
        ) end as include,
        x.indnullsnotdistinct as nulls_not_distinct,                                            --[15+]
        k.conperiod as without_overlaps,                                                        --[18+]
        k.conperiod as period,                                                                  --[18+]
        case when k.contype = 'f' then json_build_object('schema', tn.nspname, 'name', tc.relname) end as target,
        case when k.contype = 'f' then (
            select json_agg(a.attname order by c.place)
            from unnest(k.confkey) with ordinality c(number, place)
            join pg_attribute a on a.attrelid = k.confrelid and a.attnum = c.number
        ) end as target_columns,
        case k.confupdtype
            when 'a' then 'NO ACTION' when 'r' then 'RESTRICT' when 'c' then 'CASCADE'
            when 'n' then 'SET NULL' when 'd' then 'SET DEFAULT'
        end as on_update,
        case k.confdeltype
            when 'a' then 'NO ACTION' when 'r' then 'RESTRICT' when 'c' then 'CASCADE'
            when 'n' then 'SET NULL' when 'd' then 'SET DEFAULT'
        end as on_delete,
        case when k.confdelsetcols is not null then (                                           --[15+]
            select json_agg(a.attname order by c.place)                                         --[15+]
            from unnest(k.confdelsetcols) with ordinality c(number, place)                      --[15+]
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.number              --[15+]
        ) end as set_columns,                                                                   --[15+]
        case k.confmatchtype when 'f' then 'FULL' when 'p' then 'PARTIAL' when 's' then 'SIMPLE' end as match,
        case when k.contype = 'c' then pg_get_expr(k.conbin, k.conrelid) end as expression,
        case when k.contype = 'x' then (
            select json_agg(
                case on_.nspname when 'pg_catalog' then o.oprname else format('OPERATOR(%I.%s)', on_.nspname, o.oprname) end
                order by e.place
            )
            from unnest(k.conexclop) with ordinality e(operator, place)
            join pg_operator o on o.oid = e.operator
            join pg_namespace on_ on on_.oid = o.oprnamespace
        ) end as operators
) as value
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and (k.contype <> 'f' or exists (select from foreign_key f where f.oid = k.oid))
