CREATE TABLE public.t (id integer, n integer, CONSTRAINT t_pkey PRIMARY KEY (id));
