CREATE TABLE public.t (id integer PRIMARY KEY, data json NOT NULL DEFAULT '{}');
