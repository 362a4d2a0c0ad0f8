CREATE TABLE public.t (id integer PRIMARY KEY, n integer CONSTRAINT n_needed NOT NULL, m integer NOT NULL);
COMMENT ON CONSTRAINT n_needed ON public.t IS 'because';
COMMENT ON CONSTRAINT t_m_not_null ON public.t IS 'as well';
