CREATE TABLE public.t (id integer PRIMARY KEY, a text, b jsonb, c inet);
CREATE INDEX i1 ON public.t (a COLLATE "C" text_pattern_ops);
CREATE INDEX i2 ON public.t USING gin (b jsonb_path_ops);
CREATE INDEX i3 ON public.t USING gist (c inet_ops);
