CREATE COLLATION public.plain (provider = libc, locale = 'C');
CREATE TABLE public.word (id integer PRIMARY KEY, w text COLLATE public.plain);
