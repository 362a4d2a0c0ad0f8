CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT a_b CHECK (a < b), UNIQUE (a));
CREATE INDEX t_a_b ON public.t (a, b);
CREATE VIEW public.v AS SELECT id, a, b FROM public.t;
