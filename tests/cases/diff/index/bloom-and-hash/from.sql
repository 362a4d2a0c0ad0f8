CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, c text);
CREATE INDEX t_c ON public.t (c);
