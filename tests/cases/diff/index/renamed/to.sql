CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE INDEX t_by_a ON public.t (a);
COMMENT ON INDEX public.t_by_a IS 'new words';
