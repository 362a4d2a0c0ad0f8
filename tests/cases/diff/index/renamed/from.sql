CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE INDEX t_a_idx ON public.t (a);
COMMENT ON INDEX public.t_a_idx IS 'old words';
