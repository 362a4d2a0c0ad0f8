CREATE TABLE public.t (id integer PRIMARY KEY, data jsonb NOT NULL DEFAULT '{}');
CREATE INDEX t_data ON public.t USING gin (data jsonb_path_ops);
