CREATE TABLE public.t (id integer PRIMARY KEY, end_note text);
