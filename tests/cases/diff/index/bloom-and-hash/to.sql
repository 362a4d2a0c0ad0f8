CREATE EXTENSION bloom;
CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, c text);
CREATE INDEX t_ab ON public.t USING bloom (a, b) WITH (length = 100, col1 = 3);
CREATE INDEX t_c ON public.t USING hash (c) WITH (fillfactor = 60);
