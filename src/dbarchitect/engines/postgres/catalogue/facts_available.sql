-- The version of an installed extension that ALTER EXTENSION ... UPDATE would bring.
select e.extname, a.default_version
from pg_extension e
join pg_available_extensions() a on a.name = e.extname
where a.default_version is not null
order by e.extname
