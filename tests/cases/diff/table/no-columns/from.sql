CREATE TABLE public.one_row ();
