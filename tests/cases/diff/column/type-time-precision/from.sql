CREATE TABLE public.t (id integer PRIMARY KEY, a timestamptz, b time(3), c interval);
