CREATE SCHEMA ext;
CREATE EXTENSION hstore SCHEMA ext;
CREATE TABLE public.t (id integer PRIMARY KEY, h ext.hstore);
