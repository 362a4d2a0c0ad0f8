CREATE TABLE public.t (id integer PRIMARY KEY, flag integer NOT NULL DEFAULT 0);
