CREATE TABLE public.t (id integer PRIMARY KEY, n numeric(10,2) NOT NULL DEFAULT 0);
CREATE INDEX t_n ON public.t (n);
