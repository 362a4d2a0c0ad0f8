-- Comments on everything that a user may have made. Built-in objects carry thousands of their own.
select d.classoid::regclass::text, d.objoid::bigint, d.objsubid, d.description
from pg_description d
where d.objoid >= 16384
or (d.classoid = 'pg_namespace'::regclass and d.objoid = to_regnamespace('public') and d.description <> 'standard public schema')
union all
select s.classoid::regclass::text, s.objoid::bigint, 0, s.description
from pg_shdescription s
where s.classoid = 'pg_subscription'::regclass
