-- Collations in use, the database's own among them, whose library has another version now than when they were made.
select n.nspname, k.collname, k.collversion, pg_collation_actual_version(k.oid)
from pg_collation k
join pg_namespace n on n.oid = k.collnamespace
where case when k.collversion is not null then k.collversion <> pg_collation_actual_version(k.oid) end
and exists (
    select from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace o on o.oid = c.relnamespace
    where a.attcollation = k.oid and o.nspname !~ '^pg_' and o.nspname <> 'information_schema'
)
union all                                                                                       --[15+]
select '', '', d.datcollversion, pg_database_collation_actual_version(d.oid)                    --[15+]
from pg_database d                                                                              --[15+]
where d.datname = current_database()                                                            --[15+]
and d.datcollversion <> pg_database_collation_actual_version(d.oid)                             --[15+]
order by 1, 2
