CREATE TABLE public.t (id integer PRIMARY KEY, flag boolean NOT NULL DEFAULT false);
