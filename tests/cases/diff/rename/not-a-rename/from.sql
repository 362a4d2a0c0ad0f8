CREATE TABLE public.t (id integer PRIMARY KEY, start_note text);
