CREATE TABLE public.log (id bigint PRIMARY KEY, line text, at timestamptz, tags text[], place point);
CREATE INDEX log_line_idx ON public.log (line text_pattern_ops) WITH (fillfactor = 70);
CREATE INDEX log_at_idx ON public.log USING brin (at timestamptz_minmax_multi_ops) WITH (pages_per_range = 16);
CREATE INDEX log_tags_idx ON public.log USING gin (tags) WITH (fastupdate = off);
CREATE INDEX log_place_idx ON public.log USING gist (place);
CREATE INDEX log_place_sp_idx ON public.log USING spgist (place);
CREATE INDEX log_line_hash ON public.log USING hash (line);
