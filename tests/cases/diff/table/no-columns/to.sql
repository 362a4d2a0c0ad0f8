CREATE TABLE public.one_row (note text);
CREATE TABLE public.nothing ();
