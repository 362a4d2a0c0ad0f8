CREATE TABLE public.t (id integer PRIMARY KEY, a timestamptz(0), b time(6), c interval day to minute);
