CREATE COLLATION public.by_codepoint (provider = libc, locale = 'C');
CREATE TABLE public.word (id integer PRIMARY KEY, w varchar(30) COLLATE public.by_codepoint NOT NULL, CONSTRAINT word_w_key UNIQUE (w));
CREATE VIEW public.words AS SELECT w FROM public.word ORDER BY w;
