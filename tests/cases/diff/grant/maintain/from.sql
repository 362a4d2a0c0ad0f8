CREATE TABLE public.t (id integer PRIMARY KEY);
GRANT ALL ON public.t TO corpus_writer;
