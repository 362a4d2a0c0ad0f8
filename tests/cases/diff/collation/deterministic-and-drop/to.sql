CREATE COLLATION public.byte_order (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
COMMENT ON COLLATION public.byte_order IS 'bytes';
ALTER COLLATION public.byte_order OWNER TO corpus_writer;
CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE INDEX t_x ON public.t ((id::text) COLLATE public.byte_order);
