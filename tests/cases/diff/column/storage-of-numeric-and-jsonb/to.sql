CREATE TABLE public.doc (id integer PRIMARY KEY, a numeric, b jsonb, c bytea);
ALTER TABLE public.doc ALTER a SET STORAGE PLAIN;
ALTER TABLE public.doc ALTER b SET STORAGE MAIN;
ALTER TABLE public.doc ALTER c SET STORAGE EXTERNAL;
