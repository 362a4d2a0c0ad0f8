-- What needs what, among objects that users made. Left out: what is said elsewhere (a sequence's owner, the columns of
-- constraints and of plain index keys) and what belongs to its own table by nature.
select distinct
    d.classid::regclass::text, d.objid::bigint, d.objsubid, d.refclassid::regclass::text, d.refobjid::bigint, d.refobjsubid
from pg_depend d
left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
left join pg_index x on d.classid = 'pg_class'::regclass and x.indexrelid = d.objid
left join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
where d.deptype not in ('e', 'x')
and d.objid >= 16384
and d.refobjid >= 16384
and d.refclassid <> 'pg_namespace'::regclass
and not coalesce(k.contype = 't', false)
and not coalesce(c.relkind in ('S', 't'), false)
and not coalesce(d.refclassid = 'pg_class'::regclass and k.conrelid = d.refobjid and k.contype <> 'f', false)
and not coalesce(d.refclassid = 'pg_class'::regclass and k.contype = 'f' and k.conrelid = d.refobjid and k.confrelid <> d.refobjid, false)
and not coalesce(
    d.refclassid = 'pg_class'::regclass and x.indrelid = d.refobjid and x.indexprs is null and x.indpred is null, false
)
