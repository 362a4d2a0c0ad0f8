CREATE TABLE public.t (id integer PRIMARY KEY);
GRANT SELECT, INSERT ON public.t TO corpus_reader WITH GRANT OPTION;
GRANT UPDATE ON public.t TO corpus_reader;
