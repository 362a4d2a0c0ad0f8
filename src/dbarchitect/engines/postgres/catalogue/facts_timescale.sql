-- What TimescaleDB says of itself, as one JSON document. Read only where the extension itself is loaded. Names are as
-- they are kept: {schema, name}.
with sized as (
    select
        c.hypertable_schema, c.hypertable_name, c.is_compressed, c.range_start, c.range_end,
        pg_total_relation_size(r.oid) as bytes, pg_indexes_size(r.oid) as index_bytes,
        row_number() over (partition by c.hypertable_schema, c.hypertable_name order by c.range_start desc) as newest
    from timescaledb_information.chunks c
    join pg_namespace n on n.nspname = c.chunk_schema
    join pg_class r on r.relnamespace = n.oid and r.relname = c.chunk_name
),
chunks as (
    select
        hypertable_schema, hypertable_name,
        count(*) as chunks,
        count(*) filter (where is_compressed) as compressed,
        avg(bytes) filter (where not is_compressed) as chunk_bytes,
        max(index_bytes) filter (where not is_compressed and newest <= 2) as active_index_bytes,
        extract(epoch from max(range_end)) as newest_end,
        extract(epoch from min(range_start)) as oldest_start
    from sized
    group by 1, 2
),
jobs as (
    select
        j.hypertable_schema, j.hypertable_name, j.proc_name as name, j.scheduled,
        extract(epoch from j.schedule_interval) as every_seconds,
        j.config->>'end_offset' as end_offset,
        s.last_run_status as last_status, s.total_runs as runs, s.total_failures as failures
    from timescaledb_information.jobs j
    left join timescaledb_information.job_stats s on s.job_id = j.job_id
    where j.hypertable_name is not null
)
select json_build_object(
    'version', (select extversion from pg_extension where extname = 'timescaledb'),
    'licence', current_setting('timescaledb.license', true),
    'hypertables', (
        select coalesce(json_agg(json_build_object(
            'schema', h.hypertable_schema,
            'name', h.hypertable_name,
            'time', d.column_name,
            'interval_seconds', extract(epoch from d.time_interval),
            'chunks', coalesce(c.chunks, 0),
            'compressed', coalesce(c.compressed, 0),
            'chunk_bytes', c.chunk_bytes,
            'active_index_bytes', c.active_index_bytes,
            'columnstore', h.compression_enabled,
            'segment_by', coalesce(s.segmentby, ''),
            'policies', (
                select coalesce(json_agg(j.name order by j.name), '[]') from jobs j
                where j.hypertable_schema = h.hypertable_schema and j.hypertable_name = h.hypertable_name
            )
        ) order by h.hypertable_schema, h.hypertable_name), '[]')
        from timescaledb_information.hypertables h
        left join timescaledb_information.dimensions d
            on d.hypertable_schema = h.hypertable_schema and d.hypertable_name = h.hypertable_name
            and d.dimension_number = 1
        left join chunks c
            on c.hypertable_schema = h.hypertable_schema and c.hypertable_name = h.hypertable_name
        left join timescaledb_information.hypertable_compression_settings s
            on s.hypertable = format('%I.%I', h.hypertable_schema, h.hypertable_name)::regclass
        where h.hypertable_schema not like '\_timescaledb%'
    ),
    'aggregates', (
        select coalesce(json_agg(json_build_object(
            'schema', a.view_schema,
            'name', a.view_name,
            'hypertable', a.hypertable_name,
            'materialized_only', a.materialized_only,
            'policy', j.name is not null,
            'scheduled', coalesce(j.scheduled, false),
            'every_seconds', j.every_seconds,
            'end_offset_seconds', case when j.end_offset ~ '[a-z:]' then extract(epoch from j.end_offset::interval) end,
            'last_status', coalesce(j.last_status, ''),
            'failures', coalesce(j.failures, 0),
            'behind_seconds', case when c.newest_end is not null then greatest(
                least(extract(epoch from now()), c.newest_end) - greatest(c.oldest_start, extract(epoch from
                    _timescaledb_functions.to_timestamp(_timescaledb_functions.cagg_watermark(k.mat_hypertable_id)))
                ), 0)
            end
        ) order by a.view_schema, a.view_name), '[]')
        from timescaledb_information.continuous_aggregates a
        join _timescaledb_catalog.continuous_agg k
            on k.user_view_schema = a.view_schema and k.user_view_name = a.view_name
        left join jobs j
            -- Versions differ in whether a job is the view's or its materialisation's.
            on (j.hypertable_schema, j.hypertable_name) in (
                (a.materialization_hypertable_schema, a.materialization_hypertable_name), (a.view_schema, a.view_name)
            )
            and j.name = 'policy_refresh_continuous_aggregate'
        left join chunks c
            on c.hypertable_schema = a.hypertable_schema and c.hypertable_name = a.hypertable_name
    )
)::text
