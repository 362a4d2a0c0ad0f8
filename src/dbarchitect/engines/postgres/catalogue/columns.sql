-- Columns of tables, views, materialised views, foreign tables and composite types.
with recursive
--include type_of.inc.sql
, identity_sequence as (
    select
        d.refobjid as relation,
        d.refobjsubid as number,
        n.nspname as schema,
        c.relname as name,
        s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
        case s.seqtypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647 else 9223372036854775807 end as largest
    from pg_sequence s
    join pg_depend d on d.objid = s.seqrelid and d.classid = 'pg_class'::regclass
        and d.refclassid = 'pg_class'::regclass and d.deptype = 'i'
    join pg_class c on c.oid = s.seqrelid
    join pg_namespace n on n.oid = c.relnamespace
)
select a.attrelid::bigint as oid, a.attnum as sub, json_strip_nulls(row_to_json(value))::text as json
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
join type_of t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join identity_sequence i on a.attidentity <> '' and i.relation = a.attrelid and i.number = a.attnum
left join pg_collation k on a.attcollation <> 0 and a.attcollation <> t.collation and k.oid = a.attcollation
left join pg_namespace kn on kn.oid = k.collnamespace
cross join lateral (
    select
        a.attname as name,
        a.attnum as position,
        json_build_object(
            'sql', format_type(a.atttypid, a.atttypmod), 'schema', t.schema, 'name', t.name, 'base', t.base,
            'modifier', a.atttypmod, 'category', t.category, 'kind', t.kind, 'element', t.element, 'length', t.length
        ) as type,
        a.attnotnull as not_null,
        case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end as default,
        case when i.name is not null then json_build_object( -- a partition (17+) shares the sequence of its parent
            'always', a.attidentity = 'a',
            'sequence', json_build_object('schema', i.schema, 'name', i.name),
            'start', nullif(i.seqstart, case when i.seqincrement > 0 then 1 else -1 end),
            'increment', nullif(i.seqincrement, 1),
            'minimum', nullif(i.seqmin, case when i.seqincrement > 0 then 1 else -i.largest - 1 end),
            'maximum', nullif(i.seqmax, case when i.seqincrement > 0 then i.largest else -1 end),
            'cache', i.seqcache,
            'cycle', i.seqcycle
        ) end as identity,
        case when a.attgenerated <> '' then json_build_object(
            'expression', pg_get_expr(d.adbin, d.adrelid), 'stored', a.attgenerated = 's'
        ) end as generated,
        case when k.oid is not null then json_build_object('schema', kn.nspname, 'name', k.collname) end as collation,
        case when a.attstorage <> t.storage then
            case a.attstorage when 'p' then 'PLAIN' when 'e' then 'EXTERNAL' when 'x' then 'EXTENDED' else 'MAIN' end
        end as storage,
        case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end as compression,     --[14+]
        nullif(a.attstattarget, -1) as statistics_target,
        -- pg_attver is the server's own stamp of the column's last change (15.20 and its like), nobody's setting.
        (select json_object_agg(o.option_name, o.option_value) from pg_options_to_table(a.attoptions) o
            where o.option_name <> 'pg_attver') as options,
        (select json_object_agg(o.option_name, o.option_value) from pg_options_to_table(a.attfdwoptions) o) as foreign_options,
        a.attinhcount > 0 and not a.attislocal as inherited
) as value
where a.attnum > 0 and not a.attisdropped
and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
