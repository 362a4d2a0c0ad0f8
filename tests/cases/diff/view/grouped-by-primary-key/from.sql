CREATE TABLE public.t (id integer CONSTRAINT t_pkey PRIMARY KEY, a integer NOT NULL);
CREATE TABLE public.u (t integer, n integer);
CREATE VIEW public.v AS SELECT t.id, t.a, sum(u.n) AS s FROM public.t JOIN public.u ON u.t = t.id GROUP BY t.id;
