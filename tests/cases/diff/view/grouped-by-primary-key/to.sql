CREATE TABLE public.t (id integer CONSTRAINT t_pkey PRIMARY KEY, a integer NOT NULL);
ALTER TABLE public.t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pkey PRIMARY KEY (id) INCLUDE (a);
CREATE TABLE public.u (t integer, n integer);
CREATE VIEW public.v AS SELECT t.id, t.a, sum(u.n) AS s FROM public.t JOIN public.u ON u.t = t.id GROUP BY t.id;
