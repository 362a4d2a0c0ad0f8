-- The data of CREATE STATISTICS objects. Columns are numbers in the text forms, -1, -2, ... stand for expressions.
select
    s.statistics_schemaname,
    s.statistics_name,
    false as inherited,                                                                         --[<15]
    s.inherited,                                                                                --[15+]
    s.n_distinct::text,
    s.dependencies::text,
    s.most_common_vals is not null as has_mcv,
    false as has_expressions                                                                    --[<14]
    exists (                                                                                    --[14+]
        select from pg_stats_ext_exprs e                                                        --[14+]
        where e.statistics_schemaname = s.statistics_schemaname and e.statistics_name = s.statistics_name  --[14+]
    ) as has_expressions                                                                        --[14+]
from pg_stats_ext s
where s.statistics_schemaname !~ '^pg_' and s.statistics_schemaname <> 'information_schema'
