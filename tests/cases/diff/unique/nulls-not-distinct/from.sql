CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT t_a UNIQUE (a), CONSTRAINT t_b UNIQUE NULLS NOT DISTINCT (b));
