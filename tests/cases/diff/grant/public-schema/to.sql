CREATE TABLE public.t (id integer PRIMARY KEY);
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO corpus_reader;
