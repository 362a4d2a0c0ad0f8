CREATE TABLE public.hot (id integer);
