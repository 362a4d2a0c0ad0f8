CREATE TABLE public.employee (id integer PRIMARY KEY, name text, salary numeric, phone text);
GRANT SELECT (id, name, phone), UPDATE (phone) ON public.employee TO corpus_reader;
GRANT SELECT (salary) ON public.employee TO corpus_auditor WITH GRANT OPTION;
