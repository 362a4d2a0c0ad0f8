CREATE TABLE public.t (id integer PRIMARY KEY, n text NOT NULL DEFAULT '0');
CREATE INDEX t_n ON public.t (n);
