CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE INDEX one ON public.t (a);
CREATE INDEX two ON public.t (b);
