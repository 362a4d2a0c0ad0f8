-- Rows that stand for something else: the rule that makes a view, a column's default, a table's place in a publication,
-- row types, array and multirange types. Each row: what it is, what it stands for.
select 'pg_rewrite', r.oid::bigint, 'pg_class', r.ev_class::bigint, 0
from pg_rewrite r join pg_class c on c.oid = r.ev_class
where r.ev_class >= 16384 and c.relkind in ('v', 'm') and r.rulename = '_RETURN'
union all
select 'pg_attrdef', d.oid::bigint, 'pg_class', d.adrelid::bigint, d.adnum::int
from pg_attrdef d where d.adrelid >= 16384
union all
select 'pg_publication_rel', r.oid::bigint, 'pg_publication', r.prpubid::bigint, 0 from pg_publication_rel r
union all
select 'pg_type', t.oid::bigint, 'pg_class', t.typrelid::bigint, 0
from pg_type t where t.oid >= 16384 and t.typrelid <> 0
union all
select 'pg_type', r.rngmultitypid::bigint, 'pg_type', r.rngtypid::bigint, 0                     --[14+]
from pg_range r where r.rngtypid >= 16384                                                       --[14+]
union all                                                                                       --[14+]
select 'pg_type', e.typarray::bigint, case when e.typrelid <> 0 then 'pg_class' else 'pg_type' end,
    case when e.typrelid <> 0 then e.typrelid else e.oid end::bigint, 0
from pg_type e where e.oid >= 16384 and e.typarray <> 0
