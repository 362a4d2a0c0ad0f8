CREATE TABLE public.person (id integer PRIMARY KEY, first text, last text);
