CREATE TABLE public.doc (id integer PRIMARY KEY, a text, b text, c text);
ALTER TABLE public.doc ALTER c SET STORAGE MAIN;
ALTER TABLE public.doc ALTER c SET STATISTICS 50;
