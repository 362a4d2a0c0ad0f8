-- Column statistics, of tables and of the expressions of indexes (there the index is the table).
select s.schemaname, s.tablename, json_strip_nulls(row_to_json(value))::text
from pg_stats s
cross join lateral (
    select
        s.attname as column,
        s.inherited as inherited,
        s.null_frac as null_fraction,
        s.avg_width as average_width,
        s.n_distinct as n_distinct,
        s.most_common_vals::text as most_common_values,
        s.most_common_freqs as most_common_frequencies,
        s.histogram_bounds::text as histogram_bounds,
        s.correlation as correlation,
        s.most_common_elems::text as most_common_elements,
        s.most_common_elem_freqs as most_common_element_frequencies,
        s.elem_count_histogram as element_count_histogram,
        s.range_length_histogram::text as range_length_histogram,                               --[17+]
        s.range_empty_frac as range_empty_fraction,                                             --[17+]
        s.range_bounds_histogram::text as range_bounds_histogram                                --[17+]
        null as range_length_histogram                                                          --[<17]
) as value
where s.schemaname !~ '^pg_' and s.schemaname <> 'information_schema'
