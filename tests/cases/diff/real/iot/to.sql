CREATE TABLE public.site (
    id integer PRIMARY KEY,
    name text NOT NULL
    , place point, tz text NOT NULL DEFAULT 'UTC'
);
CREATE TYPE public.device_state AS ENUM ('ok', 'off', 'lost');
CREATE TABLE public.device (id integer PRIMARY KEY, site integer NOT NULL REFERENCES public.site, serial_no text NOT NULL UNIQUE, state public.device_state NOT NULL DEFAULT 'ok', firmware text);
CREATE INDEX device_site ON public.device (site) WHERE state <> 'off';
CREATE TABLE public.reading (
    device integer NOT NULL REFERENCES public.device,
    at timestamptz NOT NULL,
    value double precision,
    quality smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (device, at),
    CONSTRAINT quality_known CHECK (quality BETWEEN 0 AND 3)
) PARTITION BY RANGE (at);
CREATE TABLE public.reading_2024_02 PARTITION OF public.reading FOR VALUES FROM ('2024-02-01 00:00+00') TO ('2024-03-01 00:00+00');
CREATE TABLE public.reading_2024_03 PARTITION OF public.reading FOR VALUES FROM ('2024-03-01 00:00+00') TO ('2024-04-01 00:00+00');
CREATE TABLE public.reading_2024_04 PARTITION OF public.reading FOR VALUES FROM ('2024-04-01 00:00+00') TO ('2024-05-01 00:00+00') WITH (fillfactor = 100);
CREATE TABLE public.reading_default PARTITION OF public.reading DEFAULT;
CREATE INDEX reading_at ON public.reading USING brin (at) WITH (pages_per_range = 64);
CREATE TABLE public.alarm (
    id bigint PRIMARY KEY, device integer REFERENCES public.device, at timestamptz NOT NULL, kind text NOT NULL
    , cleared_at timestamptz, CONSTRAINT alarm_times CHECK (cleared_at >= at)
);
CREATE INDEX alarm_device ON public.alarm (device, at DESC);
CREATE TABLE public.rule (id integer PRIMARY KEY, expression text NOT NULL, threshold real);
ALTER TABLE public.rule ALTER threshold TYPE double precision;
CREATE TABLE public.device_group (id integer PRIMARY KEY, name text);
CREATE TABLE public.device_in_group (device integer REFERENCES public.device ON DELETE CASCADE, grp integer REFERENCES public.device_group ON DELETE CASCADE, PRIMARY KEY (device, grp));
CREATE UNLOGGED TABLE public.raw_dump (line text, received_at timestamptz DEFAULT clock_timestamp());
CREATE TABLE public.command (id bigserial PRIMARY KEY, device integer, body json, sent_at timestamp);
ALTER TABLE public.command ALTER body TYPE jsonb, ALTER device SET NOT NULL;
CREATE INDEX command_body ON public.command USING gin (body jsonb_path_ops);
CREATE MATERIALIZED VIEW public.hourly AS SELECT device, date_trunc('hour', at) AS hour, avg(value) AS mean, min(value) AS low, max(value) AS high, count(*) AS n FROM public.reading WHERE quality = 0 GROUP BY 1, 2;
CREATE UNIQUE INDEX hourly_key ON public.hourly (device, hour);
CREATE VIEW public.latest AS SELECT DISTINCT ON (device) device, hour, mean FROM public.hourly ORDER BY device, hour DESC;
GRANT SELECT ON public.hourly, public.latest TO corpus_reader;
CREATE PUBLICATION readings FOR TABLE public.reading, TABLE public.device (id, site, serial_no) WITH (publish_via_partition_root = true);
