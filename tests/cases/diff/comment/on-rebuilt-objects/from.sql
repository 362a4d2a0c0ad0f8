CREATE TABLE public.t (id integer PRIMARY KEY, n integer, CONSTRAINT n_pos CHECK (n > 0));
COMMENT ON CONSTRAINT n_pos ON public.t IS 'kept';
CREATE INDEX t_n ON public.t (n);
COMMENT ON INDEX public.t_n IS 'kept';
