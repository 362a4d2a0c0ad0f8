CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE INDEX t_a ON public.t (a);
CREATE TABLE public.u (id integer PRIMARY KEY, a integer);
ALTER TABLE public.t CLUSTER ON t_a;
