CREATE TABLE public.t (id integer PRIMARY KEY, a varchar(10), b varchar(50), c char(4), d varchar);
