-- The last column: whether this role may read the value. An unlogged sequence has none on a standby.
select
    n.nspname, c.relname,
    case
        when c.relpersistence = 'u' and pg_is_in_recovery() then null
        when has_sequence_privilege(c.oid, 'select, usage') then pg_sequence_last_value(c.oid)
    end,
    has_sequence_privilege(c.oid, 'select, usage')
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'S'
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
