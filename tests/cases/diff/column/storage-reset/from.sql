CREATE TABLE public.doc (id integer PRIMARY KEY, a text STORAGE EXTERNAL, b text COMPRESSION pglz);
ALTER TABLE public.doc ALTER a SET (n_distinct = 10);
ALTER TABLE public.doc ALTER b SET STATISTICS 0;
