CREATE TABLE public.t (id integer PRIMARY KEY, at timestamptz, ip inet, n bigint);
CREATE INDEX t_at ON public.t USING brin (at, n) WITH (autosummarize = on);
CREATE INDEX t_ip ON public.t USING brin (ip inet_inclusion_ops);
CREATE INDEX t_n ON public.t USING brin (n int8_bloom_ops (n_distinct_per_range = 200));
