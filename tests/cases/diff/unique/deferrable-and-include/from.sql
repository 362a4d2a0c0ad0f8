CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT t_a UNIQUE (a) DEFERRABLE, CONSTRAINT t_b UNIQUE (b));
