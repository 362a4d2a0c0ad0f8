CREATE TABLE public.t (id integer PRIMARY KEY, a integer NOT NULL DEFAULT 0, b numeric);
CREATE INDEX t_b ON public.t (b);
CREATE VIEW public.v AS SELECT id, a, b FROM public.t;
