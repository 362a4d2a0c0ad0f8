CREATE TABLE public.t (id integer PRIMARY KEY);
GRANT SELECT, MAINTAIN ON public.t TO corpus_writer;
