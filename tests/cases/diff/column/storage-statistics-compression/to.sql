CREATE TABLE public.doc (id integer PRIMARY KEY, a text, b text, c text);
ALTER TABLE public.doc ALTER a SET STORAGE EXTERNAL;
ALTER TABLE public.doc ALTER a SET STATISTICS 1000;
ALTER TABLE public.doc ALTER a SET (n_distinct = -0.2, n_distinct_inherited = 5);
ALTER TABLE public.doc ALTER b SET COMPRESSION pglz;
