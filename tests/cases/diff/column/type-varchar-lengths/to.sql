CREATE TABLE public.t (id integer PRIMARY KEY, a varchar(20), b varchar(5), c varchar(4), d varchar(100));
