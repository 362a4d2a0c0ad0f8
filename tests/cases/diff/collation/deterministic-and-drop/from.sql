CREATE COLLATION public.gone (provider = libc, locale = 'C');
CREATE TABLE public.t (id integer PRIMARY KEY);
