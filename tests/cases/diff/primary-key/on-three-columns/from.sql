CREATE TABLE public.t (a integer NOT NULL, b integer NOT NULL, c integer, CONSTRAINT t_pkey PRIMARY KEY (a, b));
