CREATE TABLE public.t (id integer PRIMARY KEY, state text NOT NULL DEFAULT 'new');
