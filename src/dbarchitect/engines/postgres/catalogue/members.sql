-- What belongs to an extension: left out of the model, known for dependencies.
select d.classid::regclass::text, d.objid::bigint, e.extname
from pg_depend d
join pg_extension e on e.oid = d.refobjid
where d.deptype = 'e' and d.refclassid = 'pg_extension'::regclass
