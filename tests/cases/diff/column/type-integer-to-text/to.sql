CREATE TABLE public.t (id integer PRIMARY KEY, n text DEFAULT '5');
