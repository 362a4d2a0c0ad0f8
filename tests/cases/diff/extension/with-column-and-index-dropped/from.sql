CREATE EXTENSION ltree;
CREATE TABLE public.t (id integer PRIMARY KEY, path ltree);
CREATE INDEX t_path ON public.t USING gist (path);
