CREATE TABLE public.log (id bigint PRIMARY KEY, line text, at timestamptz, tags text[], place point);
CREATE INDEX log_line_idx ON public.log (line);
CREATE INDEX log_at_idx ON public.log USING brin (at);
CREATE INDEX log_tags_idx ON public.log USING gin (tags);
