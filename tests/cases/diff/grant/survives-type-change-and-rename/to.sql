CREATE TABLE public.t (id bigint PRIMARY KEY, hidden text);
GRANT SELECT (id, hidden) ON public.t TO corpus_reader;
