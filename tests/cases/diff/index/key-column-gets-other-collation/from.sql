CREATE TABLE public.t (id integer PRIMARY KEY, a text, b varchar(10));
CREATE INDEX t_a ON public.t (a);
CREATE INDEX t_b ON public.t (lower(b), a COLLATE "C");
