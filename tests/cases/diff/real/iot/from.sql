CREATE TABLE public.site (
    id integer PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE public.device (id integer PRIMARY KEY, site integer REFERENCES public.site, serial_no text NOT NULL, state text);
CREATE TABLE public.reading (
    device integer NOT NULL,
    at timestamptz NOT NULL,
    value double precision,
    PRIMARY KEY (device, at)
) PARTITION BY RANGE (at);
CREATE TABLE public.reading_2024_01 PARTITION OF public.reading FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2024-02-01 00:00+00');
CREATE TABLE public.reading_2024_02 PARTITION OF public.reading FOR VALUES FROM ('2024-02-01 00:00+00') TO ('2024-03-01 00:00+00');
CREATE TABLE public.reading_2024_03 (device integer NOT NULL, at timestamptz NOT NULL, value double precision, CONSTRAINT reading_2024_03_pkey PRIMARY KEY (device, at));
CREATE TABLE public.alarm (
    id bigint PRIMARY KEY, device integer REFERENCES public.device, at timestamptz NOT NULL, kind text NOT NULL
);
CREATE INDEX alarm_device ON public.alarm (device);
CREATE TABLE public.rule (id integer PRIMARY KEY, expression text NOT NULL, threshold real);
CREATE TABLE public.device_group (id integer PRIMARY KEY, name text);
CREATE TABLE public.device_in_group (device integer, grp integer);
CREATE TABLE public.raw_dump (line text);
CREATE TABLE public.command (id bigserial PRIMARY KEY, device integer, body json, sent_at timestamp);
CREATE MATERIALIZED VIEW public.hourly AS SELECT device, date_trunc('hour', at) AS hour, avg(value) AS mean FROM public.reading GROUP BY 1, 2;
CREATE UNIQUE INDEX hourly_key ON public.hourly (device, hour);
CREATE VIEW public.latest AS SELECT DISTINCT ON (device) device, hour, mean FROM public.hourly ORDER BY device, hour DESC;
GRANT SELECT ON public.hourly, public.latest TO corpus_reader;
CREATE PUBLICATION readings FOR TABLE public.reading;
