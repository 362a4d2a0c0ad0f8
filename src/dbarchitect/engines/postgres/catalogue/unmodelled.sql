-- User-made objects (their oid is past the system's) that the model knows by name only.
select 'pg_cast', k.oid::bigint, 'cast', '', format('%s AS %s', format_type(k.castsource, null), format_type(k.casttarget, null))
from pg_cast k
where k.oid >= 16384
-- A range type brings a cast to its multirange type along.
and not exists (select from pg_depend d where d.classid = 'pg_cast'::regclass and d.objid = k.oid and d.deptype = 'i')
union all
select 'pg_operator', o.oid::bigint, 'operator', n.nspname,
    format('%s (%s, %s)', o.oprname, format_type(nullif(o.oprleft, 0), null), format_type(nullif(o.oprright, 0), null))
from pg_operator o join pg_namespace n on n.oid = o.oprnamespace where o.oid >= 16384
union all
select 'pg_opclass', o.oid::bigint, 'operator class', n.nspname, format('%s USING %s', o.opcname, am.amname)
from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace join pg_am am on am.oid = o.opcmethod where o.oid >= 16384
union all
select 'pg_opfamily', o.oid::bigint, 'operator family', n.nspname, format('%s USING %s', o.opfname, am.amname)
from pg_opfamily o join pg_namespace n on n.oid = o.opfnamespace join pg_am am on am.oid = o.opfmethod where o.oid >= 16384
union all
select 'pg_ts_config', o.oid::bigint, 'text search object', n.nspname, 'configuration ' || o.cfgname
from pg_ts_config o join pg_namespace n on n.oid = o.cfgnamespace where o.oid >= 16384
union all
select 'pg_ts_dict', o.oid::bigint, 'text search object', n.nspname, 'dictionary ' || o.dictname
from pg_ts_dict o join pg_namespace n on n.oid = o.dictnamespace where o.oid >= 16384
union all
select 'pg_ts_parser', o.oid::bigint, 'text search object', n.nspname, 'parser ' || o.prsname
from pg_ts_parser o join pg_namespace n on n.oid = o.prsnamespace where o.oid >= 16384
union all
select 'pg_ts_template', o.oid::bigint, 'text search object', n.nspname, 'template ' || o.tmplname
from pg_ts_template o join pg_namespace n on n.oid = o.tmplnamespace where o.oid >= 16384
union all
select 'pg_language', o.oid::bigint, 'language', '', o.lanname::text from pg_language o where o.oid >= 16384
union all
select 'pg_am', o.oid::bigint, 'access method', '', o.amname::text from pg_am o where o.oid >= 16384
union all
select 'pg_conversion', o.oid::bigint, 'conversion', n.nspname, o.conname::text
from pg_conversion o join pg_namespace n on n.oid = o.connamespace where o.oid >= 16384
union all
select 'pg_transform', o.oid::bigint, 'transform', '', format('FOR %s LANGUAGE %s', format_type(o.trftype, null), l.lanname)
from pg_transform o join pg_language l on l.oid = o.trflang where o.oid >= 16384
union all
select 'pg_foreign_data_wrapper', o.oid::bigint, 'foreign data wrapper', '', o.fdwname::text
from pg_foreign_data_wrapper o where o.oid >= 16384
union all
-- A type that was announced and never defined.
select 'pg_type', t.oid::bigint, 'type', n.nspname, t.typname::text
from pg_type t join pg_namespace n on n.oid = t.typnamespace where not t.typisdefined and t.oid >= 16384
