-- Privileges wherever they are not the defaults of their kind. An access list that is present and empty (the owner
-- revoked even from itself) gives one row without privileges, so that it is not mistaken for the defaults.
with lists(catalogue, oid, sub, owner, acl, usual) as (
    select 'pg_class', c.oid, 0, c.relowner, c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)
    from pg_class c where c.relacl is not null and c.oid >= 16384
    union all
    select 'pg_class', a.attrelid, a.attnum::int, c.relowner, a.attacl, acldefault('c', c.relowner)
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where a.attacl is not null and a.attrelid >= 16384 and not a.attisdropped
    union all
    select 'pg_proc', p.oid, 0, p.proowner, p.proacl, acldefault('f', p.proowner)
    from pg_proc p where p.proacl is not null and p.oid >= 16384
    union all
    select 'pg_type', t.oid, 0, t.typowner, t.typacl, acldefault('T', t.typowner)
    from pg_type t where t.typacl is not null and t.oid >= 16384
    union all
    select 'pg_namespace', n.oid, 0, n.nspowner, n.nspacl, acldefault('n', n.nspowner)
    from pg_namespace n where n.nspacl is not null
    union all
    select 'pg_foreign_server', f.oid, 0, f.srvowner, f.srvacl, acldefault('S', f.srvowner)
    from pg_foreign_server f where f.srvacl is not null
    union all
    -- Default privileges: their list is complete as it stands.
    select 'pg_default_acl', d.oid, 0, d.defaclrole, d.defaclacl, null
    from pg_default_acl d
)
select
    l.catalogue,
    l.oid::bigint,
    l.sub,
    coalesce(pg_get_userbyid(nullif(g.grantee, 0)), case when g.grantee = 0 then 'PUBLIC' else pg_get_userbyid(l.owner) end),
    coalesce(pg_get_userbyid(g.grantor), pg_get_userbyid(l.owner)),
    coalesce(g.privileges, '{}'),
    coalesce(g.grantable, '{}')
from lists l
left join lateral (
    select
        x.grantee,
        x.grantor,
        array_agg(x.privilege_type order by x.privilege_type) as privileges,
        array_agg(x.privilege_type order by x.privilege_type) filter (where x.is_grantable) as grantable
    from aclexplode(l.acl) x
    group by x.grantee, x.grantor
) g on true
where l.usual is null or not (l.acl @> l.usual and l.acl <@ l.usual)
