-- Roles that own something in this database: what no grant gives.
select r.rolname, r.rolsuper, r.rolbypassrls, r.rolcanlogin
from pg_roles r
where r.oid in (
    select n.nspowner from pg_namespace n
    union select c.relowner from pg_class c where c.oid >= 16384
    union select p.proowner from pg_proc p where p.oid >= 16384
)
order by r.rolname
