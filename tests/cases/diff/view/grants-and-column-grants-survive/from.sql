CREATE TABLE public.t (id integer PRIMARY KEY, a varchar(10));
CREATE VIEW public.v AS SELECT id, a FROM public.t;
ALTER VIEW public.v OWNER TO corpus_writer;
GRANT SELECT (id), UPDATE (a) ON public.v TO corpus_reader;
REVOKE ALL ON public.v FROM corpus_writer;
COMMENT ON COLUMN public.v.a IS 'words';
