CREATE TABLE public.raw (id integer PRIMARY KEY, n integer);
CREATE TABLE public.summary (n bigint NOT NULL);
