-- Reading a value locks its sequence (against ALTER and DROP) until the transaction ends. Half of the server's lock
-- table is the most that is taken, so that nobody else runs out of it. The last column: why a value was not read.
-- An unlogged sequence has none on a standby.
select
    found.nspname,
    found.relname,
    case when found.readable and found.number <= budget.locks and found.present then pg_sequence_last_value(found.oid) end,
    case
        when not found.readable then 'no SELECT or USAGE privilege'
        when found.number > budget.locks then 'more sequences than the server''s lock table has room for'
    end
from (
    select
        c.oid, n.nspname, c.relname,
        has_sequence_privilege(c.oid, 'select, usage') as readable,
        c.relpersistence = 'p' or not pg_is_in_recovery() as present,
        row_number() over (order by n.nspname, c.relname) as number
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'S'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
) as found
cross join (
    select current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int / 2 as locks
) as budget
