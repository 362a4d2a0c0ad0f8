CREATE COLLATION public.bytewise (provider = libc, locale = 'C');
CREATE TABLE public.t (w text COLLATE public.bytewise);
