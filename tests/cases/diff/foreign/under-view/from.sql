CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE public.ft (id integer, a text) SERVER far;
CREATE VIEW public.v AS SELECT id, a FROM public.ft;
