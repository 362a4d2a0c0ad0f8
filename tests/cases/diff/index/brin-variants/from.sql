CREATE TABLE public.t (id integer PRIMARY KEY, at timestamptz, ip inet, n bigint);
CREATE INDEX t_at ON public.t USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
