CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE TABLE public.u (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, secret text);
GRANT ALL ON public.u TO corpus_writer;
GRANT SELECT (id) ON public.u TO PUBLIC;
REVOKE TRUNCATE, TRIGGER ON public.u FROM corpus_writer;
