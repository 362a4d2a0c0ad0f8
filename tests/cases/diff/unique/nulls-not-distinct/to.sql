CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT t_a UNIQUE NULLS NOT DISTINCT (a), CONSTRAINT t_b UNIQUE (b));
