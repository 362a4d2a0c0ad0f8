CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT ab CHECK (a + b > 0));
CREATE INDEX t_a ON public.t (a) WHERE a > 3;
CREATE INDEX t_sum ON public.t ((a + b));
