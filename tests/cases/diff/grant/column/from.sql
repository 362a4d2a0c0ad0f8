CREATE TABLE public.employee (id integer PRIMARY KEY, name text, salary numeric, phone text);
GRANT SELECT (id, name) ON public.employee TO corpus_reader;
