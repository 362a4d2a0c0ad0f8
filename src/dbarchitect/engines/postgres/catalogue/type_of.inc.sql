-- Every type with the type under its domains and, for a true array, its element.
domain_root(oid, root) as (
    select t.oid, t.oid from pg_type t where t.typtype <> 'd'
    union all
    select d.oid, r.root from domain_root r join pg_type d on d.typbasetype = r.oid and d.typtype = 'd'
),
type_of as (
    select
        t.oid,
        n.nspname as schema,
        t.typname as name,
        root.typname as base,
        t.typcategory as category,
        case t.typtype
            when 'c' then 'composite' when 'd' then 'domain' when 'e' then 'enum'
            when 'p' then 'pseudo' when 'r' then 'range' when 'm' then 'multirange' else 'base'
        end as kind,
        coalesce(element.typname, '') as element,
        t.typlen as length,
        t.typcollation as collation,
        t.typstorage as storage
    from pg_type t
    join pg_namespace n on n.oid = t.typnamespace
    join domain_root r on r.oid = t.oid
    join pg_type root on root.oid = r.root
    left join pg_type element on element.oid = t.typelem and element.typarray = t.oid
)
