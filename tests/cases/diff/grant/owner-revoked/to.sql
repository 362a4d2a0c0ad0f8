CREATE TABLE public.a (id integer PRIMARY KEY);
CREATE TABLE public.b (id integer PRIMARY KEY);
ALTER TABLE public.a OWNER TO corpus_writer;
ALTER TABLE public.b OWNER TO corpus_writer;
REVOKE ALL ON public.a FROM corpus_writer;
GRANT SELECT ON public.a TO corpus_reader;
