CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE INDEX one ON public.t (b);
CREATE INDEX two ON public.t (a);
