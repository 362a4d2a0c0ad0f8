CREATE TABLE public.a (id integer PRIMARY KEY);
CREATE TABLE public.b (id integer PRIMARY KEY);
ALTER TABLE public.a OWNER TO corpus_writer;
ALTER TABLE public.b OWNER TO corpus_writer;
REVOKE UPDATE, DELETE ON public.b FROM corpus_writer;
