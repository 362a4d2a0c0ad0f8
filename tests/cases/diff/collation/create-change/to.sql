CREATE COLLATION public.plain (provider = libc, locale = 'POSIX');
CREATE COLLATION public.unicode (provider = builtin, locale = 'C.UTF-8');
CREATE TABLE public.word (id integer PRIMARY KEY, w text COLLATE public.plain, v text COLLATE public.unicode);
