CREATE TABLE public.t (id integer PRIMARY KEY, secret varchar(10));
GRANT SELECT (id, secret) ON public.t TO corpus_reader;
