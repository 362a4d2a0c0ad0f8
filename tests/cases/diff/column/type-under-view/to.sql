CREATE TABLE public.parcel (id integer PRIMARY KEY, code text, weight bigint);
CREATE VIEW public.heavy AS SELECT id, code, weight FROM public.parcel WHERE weight > 20;
COMMENT ON VIEW public.heavy IS 'two people carry these';
GRANT SELECT ON public.heavy TO corpus_reader;
