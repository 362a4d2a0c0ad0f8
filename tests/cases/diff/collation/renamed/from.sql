CREATE COLLATION public.plain (provider = libc, locale = 'C');
CREATE TABLE public.t (w text COLLATE public.plain);
