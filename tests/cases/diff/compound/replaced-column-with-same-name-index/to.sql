CREATE TABLE public.t (id integer PRIMARY KEY, status integer, CONSTRAINT t_state CHECK (status IN (1, 2)));
CREATE INDEX t_find ON public.t (status);
