CREATE EXTENSION pg_trgm;
CREATE TABLE public.t (id integer PRIMARY KEY, a text);
CREATE INDEX i1 ON public.t USING gist (a gist_trgm_ops);
