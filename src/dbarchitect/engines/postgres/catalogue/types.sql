-- Types that users made: not the row types of tables, nor the array and multirange types that come with others.
with recursive
--include type_of.inc.sql
select
    t.oid::bigint as oid,
    t.typrelid::bigint as owner,
    json_strip_nulls(row_to_json(value))::text as json
from pg_type t
join pg_namespace n on n.oid = t.typnamespace
left join pg_class c on c.oid = t.typrelid
left join pg_range r on r.rngtypid = t.oid
left join type_of of_ on of_.oid = case t.typtype when 'd' then t.typbasetype when 'r' then r.rngsubtype end
left join pg_opclass op on op.oid = r.rngsubopc and not op.opcdefault
left join pg_namespace opn on opn.oid = op.opcnamespace
left join pg_collation k on k.oid = case t.typtype when 'd' then t.typcollation when 'r' then r.rngcollation end
    and k.oid <> of_.collation
left join pg_namespace kn on kn.oid = k.collnamespace
left join pg_type m on m.oid = r.rngmultitypid                                                  --[14+]
left join pg_namespace mn on mn.oid = m.typnamespace                                            --[14+]
left join pg_type element on element.oid = t.typelem and element.typarray = t.oid
cross join lateral (
    select
        case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite' when 'r' then 'range' else 'base' end as object,
        json_build_object('schema', n.nspname, 'name', t.typname) as name,
        pg_get_userbyid(t.typowner) as owner,
        case when t.typtype = 'e' then (
            select coalesce(json_agg(e.enumlabel order by e.enumsortorder), '[]') from pg_enum e where e.enumtypid = t.oid
        ) end as labels,
        case when t.typtype = 'd' then json_build_object(
            'sql', format_type(t.typbasetype, t.typtypmod), 'schema', of_.schema, 'name', of_.name, 'base', of_.base,
            'modifier', t.typtypmod, 'category', of_.category, 'kind', of_.kind, 'element', of_.element, 'length', of_.length
        ) end as type,
        case when t.typtype = 'd' then t.typnotnull end as not_null,
        case when t.typtype = 'd' then coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)) end as default,
        case when k.oid is not null then json_build_object('schema', kn.nspname, 'name', k.collname) end as collation,
        case when t.typtype = 'r' then json_build_object(
            'sql', format_type(r.rngsubtype, null), 'schema', of_.schema, 'name', of_.name, 'base', of_.base,
            'category', of_.category, 'kind', of_.kind, 'element', of_.element, 'length', of_.length
        ) end as subtype,
        case when op.oid is not null then json_build_object('schema', opn.nspname, 'name', op.opcname) end as opclass,
        case when r.rngcanonical::oid <> 0 then r.rngcanonical::text end as canonical,
        case when r.rngsubdiff::oid <> 0 then r.rngsubdiff::text end as subtype_diff,
        case when m.oid is not null then json_build_object('schema', mn.nspname, 'name', m.typname) end as multirange  --[14+]
        null as multirange                                                                      --[<14]
) as value
where t.typtype in ('e', 'd', 'c', 'r', 'b')
and element.oid is null
and (t.typtype <> 'c' or c.relkind = 'c')
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
