CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE PUBLICATION feed FOR TABLE public.t (id, a);
CREATE PUBLICATION filtered FOR TABLE public.t WHERE (id > 4);
