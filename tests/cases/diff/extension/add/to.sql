CREATE EXTENSION pg_trgm;
CREATE TABLE public.word (id integer PRIMARY KEY, w text);
CREATE INDEX word_trgm ON public.word USING gin (w gin_trgm_ops);
