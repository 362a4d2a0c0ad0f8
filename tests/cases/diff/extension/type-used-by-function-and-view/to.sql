CREATE SCHEMA ext;
CREATE EXTENSION hstore SCHEMA ext;
CREATE TABLE public.t (id integer PRIMARY KEY, a text, attrs ext.hstore NOT NULL DEFAULT ''::ext.hstore);
CREATE FUNCTION public.get(h ext.hstore, k text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT h OPERATOR(ext.->) k $$;
CREATE VIEW public.v AS SELECT id, attrs OPERATOR(ext.->) 'colour' AS colour FROM public.t;
CREATE INDEX t_attrs ON public.t USING gist (attrs ext.gist_hstore_ops);
