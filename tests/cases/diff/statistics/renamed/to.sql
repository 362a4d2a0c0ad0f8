CREATE TABLE public.t (a integer, b integer);
CREATE STATISTICS public.pairs ON a, b FROM public.t;
